using Dams.Contracts.Domain;

namespace Dams.Contracts.Soap;

/// <summary>What stands behind the edge: replicated execution, one engine alone, or a fake in the tests. Called by many threads at once.</summary>
public interface IAppointmentExecutor
{
    /// <summary>Executes a canonical, permitted command, once per request id.</summary>
    /// <param name="command">The command.</param>
    /// <param name="requestId">The client's own id, at most 64 characters; null if it sent none.</param>
    /// <param name="ct">Cancelled when the client has gone.</param>
    /// <returns>The reply and its number.</returns>
    /// <exception cref="System.ServiceModel.FaultException{TDetail}">No answer: a fault of <see cref="DamsFaults"/>.</exception>
    ValueTask<ExecutedReply> ExecuteAsync(Command command, string? requestId, CancellationToken ct);
}

/// <summary>A reply with its place in the total order.</summary>
/// <param name="Reply">The reply.</param>
/// <param name="Sequence">The number; of a read that was not ordered, that at which it was read.</param>
public sealed record ExecutedReply(Reply Reply, long Sequence);
