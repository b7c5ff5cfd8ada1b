using Dams.Contracts.Management;
using Dams.FrontEnd.Coordination;
using Dams.Hosting.Cluster;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Protocol;
using Microsoft.Extensions.Logging;

namespace Dams.FrontEnd.Service;

/// <summary>The way into the coordinator's loop, and out of it for bodies that don't fit a datagram and for reports. Called by any thread unless it says otherwise.</summary>
internal sealed class FrontEndLoop(
    RequestCoordinator coordinator, RequestSubmitter managers, ProtocolDriver driver, ReplicaClients replicas, ILogger logger, CancellationToken stopping) : IFrontEndLoop
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public bool TryCall(long call, RequestKey? key, byte opcode, ReadOnlyMemory<byte> payload) =>
        driver.Post(now => coordinator.OnCall(call, key, opcode, payload, now));

    /// <summary>A fault of the lab: accuses a replica that does its part.</summary>
    /// <returns>As <see cref="RequestCoordinator.OnFalseAccusation"/>.</returns>
    public Task<bool> AccuseFalselyAsync(byte replica) => driver.InvokeAsync(now => coordinator.OnFalseAccusation(replica, now));

    /// <inheritdoc/>
    public void Submit(Report report, Instant now) => managers.Submit(ReportCodec.OpcodeOf(report), ReportCodec.Encode(report), now);

    /// <inheritdoc/>
    public void FetchBody(BodyWanted wanted) => driver.RunBeside(() => FetchBodyAsync(wanted), stopping);

    /// <summary>Whatever the replica does wrong is "no body", and the coordinator asks the next one.</summary>
    private async Task FetchBodyAsync(BodyWanted wanted)
    {
        ReadOnlyMemory<byte>? body = null;
        try
        {
            var reply = await ReplicaQuestion.AskAsync(replicas.Of, wanted.Replica, client => client.GetReplyAsync(wanted.Seq.Value), s_patience, stopping).ConfigureAwait(false);
            if (reply.Found)
                body = reply.Body;
            else
                CallLog.BodyNotFetched(logger, wanted.Replica, wanted.Seq.Value, "it no longer has it");
        }
        catch (ReplicaUnusableException problem)
        {
            CallLog.BodyNotFetched(logger, wanted.Replica, wanted.Seq.Value, problem.Message);
        }

        await driver.PostPatientlyAsync(now => coordinator.OnBodyFetched(wanted, body, now)).ConfigureAwait(false);
    }
}
