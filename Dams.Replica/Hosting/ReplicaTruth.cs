using Dams.Lab;
using Dams.Ordering;
using Dams.Replica.Core;
using Dams.Replica.Engines;

namespace Dams.Replica.Hosting;

/// <summary>
/// Shows the fault lab what it makes lies of. It stands here and not in <c>Dams.Lab</c>, because only the replica knows its state
/// machine and its engines. For the replica's loop only.
/// </summary>
/// <param name="core">The state machine of the replica.</param>
/// <param name="create">Makes an engine of the replica's version.</param>
internal sealed class ReplicaTruth(ReplicaCore core, Func<IAppointmentEngine> create) : IReplicaTruth
{
    /// <inheritdoc/>
    public TrueReply? FindReply(RequestKey key, SequenceNumber seq) =>
        core.FindReply(key, seq) is { } reply ? new TrueReply(reply.Seq, reply.Result) : null;

    /// <inheritdoc/>
    public IStaleState CopyState() => new StaleState(core.Engine, create);
}
