using Dams.Contracts.Domain;
using Dams.Ordering.Driver;
using Dams.Replica.Core;
using Dams.Service;

namespace Dams.Replica.Service;

/// <summary>
/// Answers reads from this replica's state alone, so that the replicas can be compared. Called by many threads.
/// </summary>
internal sealed class LocalReads(ReplicaProtocol node, ProtocolDriver driver) : IAppointmentExecutor
{
    /// <inheritdoc/>
    public async ValueTask<ExecutedReply> ExecuteAsync(Command command, string? requestId, CancellationToken ct) =>
        await driver.InvokeAsync(_ => new ExecutedReply(node.Core.Read(command), node.Core.Executed.Value))
            .WaitAsync(ct).ConfigureAwait(false);
}
