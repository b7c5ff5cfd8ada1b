using Dams.Contracts.Domain;

namespace Dams.Lab;

/// <summary>A copy of a replica's state at one moment. It answers commands and never changes. One thread.</summary>
public interface IStaleState : IDisposable
{
    /// <summary>The reply that the replica would have given at that moment.</summary>
    Reply Execute(Command command);
}
