using Dams.Contracts.Soap;
using Dams.Hosting.Cluster;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Storage;
using Dams.ReplicaManager.Agreement;
using Microsoft.Extensions.Logging;

namespace Dams.ReplicaManager;

/// <summary>
/// Asks replicas over SOAP, and brings their answers back into the loop. It is called in the loop and works outside it. Each question gets
/// one answer, which is null if none came in time.
/// </summary>
/// <param name="failed">Called when the disk refuses a snapshot for another reason than lack of room; the process must end.</param>
/// <param name="stopping">Gives up the questions that have no answer yet.</param>
internal sealed class ReplicaAccess(
    ReplicaClients clients, ManagerClients others, SnapshotStore store, ReplicaKeeper keeper, Action failed, ILogger logger,
    CancellationToken stopping) : IReplicaAccess
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_saveRetry = TimeSpan.FromSeconds(2);
    private ManagerProtocol _manager = null!;
    private ProtocolDriver _driver = null!;

    /// <summary>Connects the core and its loop. Call once, before the loop starts.</summary>
    public void Attach(ManagerProtocol manager, ProtocolDriver driver) => (_manager, _driver) = (manager, driver);

    /// <inheritdoc/>
    public void AskStatus(byte replica) => Ask(replica,
        client => client.GetStatusAsync(), SightingOf,
        (sighting, now) => _manager.OnStatus(replica, sighting, now));

    /// <inheritdoc/>
    public void AskReply(byte replica, long sequence) => Ask(replica,
        client => client.GetReplyAsync(sequence), AnswerOf,
        (answer, _) => _manager.OnReply(replica, sequence, answer));

    /// <inheritdoc/>
    public void AskDigest(byte replica, long checkpoint) => Ask(replica,
        client => client.GetStateDigestAsync(checkpoint),
        found => found.Found && Digest.TryParse(found.Digest, out var digest) ? digest : (Digest?)null,
        (digest, _) => _manager.OnDigest(replica, checkpoint, digest));

    /// <inheritdoc/>
    public void Replace(Decision decision)
    {
        // The keeper must know the agreed version first, because it starts that one.
        keeper.UseVersion(_manager.State.VersionTurns(decision.Replica), isReplacing: true);
        RunBeside(() =>
        {
            keeper.Replace(decision);
            return Task.CompletedTask;
        });
    }

    /// <inheritdoc/>
    public void SetAsideUnless(ulong present) => RunBeside(() =>
    {
        keeper.SetAsideUnless(present);
        return Task.CompletedTask;
    });

    /// <inheritdoc/>
    public void AskSnapshot(long sequence) => RunBeside(async () =>
    {
        var snapshot = await others.FindSnapshotAsync(sequence, s_patience).ConfigureAwait(false);
        await _driver.PostPatientlyAsync(now => _manager.OnSnapshot(sequence, snapshot, now)).ConfigureAwait(false);
    });

    /// <inheritdoc/>
    public void SaveSnapshot(AgreedSnapshot snapshot) => RunBeside(async () =>
    {
        for (var isNews = true; !TrySave(snapshot, ref isNews, out var isFatal);)
        {
            if (isFatal)
            {
                failed();
                return;
            }

            await Task.Delay(s_saveRetry, stopping).ConfigureAwait(false);
        }

        await _driver.PostPatientlyAsync(now => _manager.OnSnapshotSaved(snapshot, now)).ConfigureAwait(false);
    });

    /// <summary>Tries once. A full disk is not fatal: meanwhile the log keeps the entries that the snapshot would replace.</summary>
    private bool TrySave(AgreedSnapshot snapshot, ref bool isNews, out bool isFatal)
    {
        isFatal = false;
        try
        {
            lock (store)
                store.Write(snapshot);
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            isFatal = !DiskRoom.IsCauseOf(problem);
            if (isFatal)
                ManagerLog.NotSaved(logger, problem);
            else if (isNews)
                ManagerLog.SaveWaits(logger, problem.Message);
            isNews = false;
            return false;
        }
    }

    private static ReplicaSighting? SightingOf(GetStatusResult status) => Incarnation.TryParse(status.Incarnation, out var incarnation)
        ? new ReplicaSighting(
            incarnation.Value, status.State == nameof(Ordering.Protocol.MemberState.Halted), status.Executed,
            Incarnation.TryParse(status.BlockedBy, out var lost) ? lost.Value : null,
            status.WaitingBeforeSpecified ? status.WaitingBefore : null, status.Checkpoint,
            IsOutdated: status.State == nameof(Ordering.Protocol.MemberState.Outdated), IsShortOfRoom: status.LogBytesLeftSpecified)
        : null;

    /// <summary>The result's digest is computed from the body; the digest that the replica names for it does not count.</summary>
    private static StoredAnswer? AnswerOf(GetReplyResult reply) =>
        reply is { Found: true, Body: { } body } && Digest.TryParse(reply.RequestDigest, out var request)
            ? new StoredAnswer(reply.Sequence, request, Digest.Of(body)) : null;

    private void Ask<TAnswer, TRead>(
        byte replica, Func<IReplicaService, Task<TAnswer>> ask, Func<TAnswer, TRead?> read, Action<TRead?, Instant> tell)
        where TAnswer : class => RunBeside(async () =>
    {
        TRead? told = default;
        try
        {
            told = await ReplicaQuestion.AskAsync(clients.Of, replica, ask, read, s_patience, stopping).ConfigureAwait(false);
        }
        catch (ReplicaUnusableException silence)
        {
            ManagerLog.NoAnswer(logger, replica, silence.Message);
        }

        await _driver.PostPatientlyAsync(now => tell(told, now)).ConfigureAwait(false);
    });

    private void RunBeside(Func<Task> work) => _driver.RunBeside(work, stopping);
}
