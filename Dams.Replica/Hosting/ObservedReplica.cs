using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Replica.Core;
using Microsoft.Extensions.Logging;

namespace Dams.Replica.Hosting;

/// <summary>The replica's cores, with their transitions in the log. Cores have no logger.</summary>
internal sealed class ObservedReplica(ReplicaNode node, ILogger logger) : IProtocol
{
    private (MemberState State, Reign Promised, Reign Installed) _seen = (node.Member.State, node.Member.Promised, node.Member.Installed);

    /// <inheritdoc/>
    public Instant NextDeadline => node.NextDeadline;

    /// <inheritdoc/>
    public void OnMessage(in Envelope envelope, Message message, Instant now) => node.OnMessage(envelope, message, now);

    /// <inheritdoc/>
    public void OnFlushed(long write, Instant now) => node.OnFlushed(write, now);

    /// <inheritdoc/>
    public void OnTimer(Instant now) => node.OnTimer(now);

    /// <inheritdoc/>
    public void OnBatchEnd(Instant now)
    {
        node.OnBatchEnd(now);
        var member = node.Member;
        if (_seen == (member.State, member.Promised, member.Installed))
            return;
        _seen = (member.State, member.Promised, member.Installed);
        if (member.State == MemberState.Halted)
            ReplicaLog.Halted(logger, member.HaltReason!);
        else
            ReplicaLog.StateChanged(logger, member.State.ToString(), member.Promised.ToString(), member.Installed.ToString(), member.View.ToString());
    }
}
