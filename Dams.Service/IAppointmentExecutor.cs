using Dams.Contracts.Domain;

namespace Dams.Service;

/// <summary>
/// Executes the commands that the edge has made: replicated, on one engine alone, or as a fake in the tests. Many threads call it at once.
/// </summary>
public interface IAppointmentExecutor
{
    /// <summary>Executes a command, once per request id.</summary>
    /// <param name="command">A canonical, permitted command.</param>
    /// <param name="requestId">The client's own id, at most 64 characters; null if it sent none.</param>
    /// <param name="ct">Cancelled when the client disconnects.</param>
    /// <exception cref="System.ServiceModel.FaultException{TDetail}">
    /// There is no answer; the fault is one of <see cref="DamsFaults"/>.
    /// </exception>
    ValueTask<ExecutedReply> ExecuteAsync(Command command, string? requestId, CancellationToken ct);
}

/// <summary>A reply with its position in the total order.</summary>
/// <param name="Reply">The answer of the engine.</param>
/// <param name="Sequence">The position. For a read that was not ordered, the number at which it was read.</param>
public sealed record ExecutedReply(Reply Reply, long Sequence);
