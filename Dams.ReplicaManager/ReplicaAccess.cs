using System.Threading.Channels;
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
/// one answer, which is null if none came in time. The core comes before its loop, so what the core wants waits in a queue until
/// <see cref="RunAsync"/> gets both.
/// </summary>
/// <param name="failed">Called when the disk refuses a snapshot for another reason than lack of room; the process must end.</param>
/// <param name="stopping">Gives up the questions that have no answer yet.</param>
internal sealed class ReplicaAccess(
    ReplicaClients clients, ManagerClients others, SnapshotStore store, ReplicaKeeper keeper, Action failed, ILogger logger,
    CancellationToken stopping) : IReplicaAccess
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_saveRetry = TimeSpan.FromSeconds(2);

    // Unbounded, because each question must get its answer; the core asks a replica again only when it has the answer.
    private readonly Channel<Func<ManagerLoop, Task>> _wanted =
        Channel.CreateUnbounded<Func<ManagerLoop, Task>>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    /// <summary>Does what the core wants until it is cancelled. Call once, when the loop has been made.</summary>
    public Task RunAsync(ManagerProtocol manager, ProtocolDriver driver, CancellationToken end)
    {
        var loop = new ManagerLoop(manager, driver);
        return driver.RunBesideAsync(async () =>
        {
            await foreach (var work in _wanted.Reader.ReadAllAsync(end).ConfigureAwait(false))
                driver.RunBeside(() => work(loop), stopping);
        }, end);
    }

    /// <inheritdoc/>
    public void AskStatus(byte replica) => Want(async loop =>
    {
        ReplicaSighting? sighting = null;
        var isBlocked = false;
        try
        {
            sighting = await ReplicaQuestion.AskAsync(
                clients.Of, replica, client => client.GetStatusAsync(), SightingOf, s_patience, stopping).ConfigureAwait(false);
            if (replica == keeper.Id.Number)
                keeper.OnAnswered();
        }
        catch (ReplicaUnusableException silence)
        {
            ManagerLog.NoAnswer(logger, replica, silence.Message);
            isBlocked = replica == keeper.Id.Number
                ? keeper.Blocked is not null
                : await others.IsBlockedAsync(replica, s_patience).ConfigureAwait(false);
        }

        await loop.TellAsync((manager, now) =>
        {
            if (isBlocked)
                manager.OnBlocked(replica);
            manager.OnStatus(replica, sighting, now);
        }).ConfigureAwait(false);
    });

    /// <inheritdoc/>
    public void AskReply(byte replica, long sequence) => Ask(replica,
        client => client.GetReplyAsync(sequence), AnswerOf,
        (manager, answer, _) => manager.OnReply(replica, sequence, answer));

    /// <inheritdoc/>
    public void AskDigest(byte replica, long checkpoint) => Ask(replica,
        client => client.GetStateDigestAsync(checkpoint),
        found => found.Found && Digest.TryParse(found.Digest, out var digest) ? digest : (Digest?)null,
        (manager, digest, _) => manager.OnDigest(replica, checkpoint, digest));

    /// <inheritdoc/>
    public void Replace(Decision decision, int versionTurns)
    {
        // The keeper must know the agreed version first, because it starts that one.
        keeper.UseVersion(versionTurns, isReplacing: true);
        Want(_ =>
        {
            keeper.Replace(decision);
            return Task.CompletedTask;
        });
    }

    /// <inheritdoc/>
    public void SetAsideUnless(ulong present) => Want(_ =>
    {
        keeper.SetAsideUnless(present);
        return Task.CompletedTask;
    });

    /// <inheritdoc/>
    public void SetAsideReplaced(ulong replaced) => Want(_ =>
    {
        keeper.SetAsideReplaced(replaced);
        return Task.CompletedTask;
    });

    /// <inheritdoc/>
    public void AskSnapshot(long sequence) => Want(async loop =>
    {
        var given = await others.FindSnapshotsAsync(sequence, s_patience).ConfigureAwait(false);
        await loop.TellAsync((manager, now) => manager.OnSnapshot(sequence, given, now)).ConfigureAwait(false);
    });

    /// <inheritdoc/>
    public void SaveSnapshot(AgreedSnapshot snapshot) => Want(async loop =>
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

        await loop.TellAsync((manager, now) => manager.OnSnapshotSaved(snapshot, now)).ConfigureAwait(false);
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
            IsOutdated: status.State == nameof(Ordering.Protocol.MemberState.Outdated), IsShortOfRoom: status.LogBytesLeftSpecified,
            Durable: status.Durable)
        : null;

    /// <summary>The result's digest is computed from the body; the digest that the replica names for it does not count.</summary>
    private static StoredAnswer? AnswerOf(GetReplyResult reply) =>
        reply is { Found: true, Body: { } body } && Digest.TryParse(reply.RequestDigest, out var request)
            ? new StoredAnswer(reply.Sequence, request, Digest.Of(body)) : null;

    private void Ask<TAnswer, TRead>(
        byte replica, Func<IReplicaService, Task<TAnswer>> ask, Func<TAnswer, TRead?> read,
        Action<ManagerProtocol, TRead?, Instant> tell)
        where TAnswer : class => Want(async loop =>
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

        await loop.TellAsync((manager, now) => tell(manager, told, now)).ConfigureAwait(false);
    });

    private void Want(Func<ManagerLoop, Task> work) => _wanted.Writer.TryWrite(work);

    /// <summary>The core and the loop that it lives in.</summary>
    private sealed record ManagerLoop(ManagerProtocol Manager, ProtocolDriver Driver)
    {
        public Task TellAsync(Action<ManagerProtocol, Instant> work) => Driver.PostPatientlyAsync(now => work(Manager, now));
    }
}
