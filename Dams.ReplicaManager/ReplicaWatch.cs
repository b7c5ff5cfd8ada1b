using Dams.Contracts.Soap;
using Dams.Hosting.Cluster;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Storage;
using Dams.ReplicaManager.Agreement;
using Microsoft.Extensions.Logging;

namespace Dams.ReplicaManager;

/// <summary>
/// Asks replicas over SOAP, and brings their answers back into the loop. Called in the loop, works outside it; every question gets one answer, none in time is null.
/// </summary>
/// <param name="clients">The replicas.</param>
/// <param name="others">The other managers.</param>
/// <param name="store">This manager's snapshot.</param>
/// <param name="keeper">The own replica.</param>
/// <param name="failed">The disk has refused: the process must end.</param>
/// <param name="logger">Hears of silence, at Debug.</param>
/// <param name="stopping">Ends what is asked and not answered yet.</param>
internal sealed class ReplicaWatch(
    ReplicaClients clients, ManagerClients others, SnapshotStore store, ReplicaKeeper keeper, Action failed, ILogger logger, CancellationToken stopping) : IReplicaWatch
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_saveRetry = TimeSpan.FromSeconds(2);
    private ManagerProtocol _manager = null!;
    private ProtocolDriver _driver = null!;

    /// <summary>Connects the loop; once, before it starts.</summary>
    public void Attach(ManagerProtocol manager, ProtocolDriver driver) => (_manager, _driver) = (manager, driver);

    /// <inheritdoc/>
    public void AskStatus(byte replica) => Ask(replica,
        client => client.GetStatusAsync(), SightingOf,
        (sighting, now) => _manager.OnStatus(replica, sighting, now));

    /// <inheritdoc/>
    public void AskReply(byte replica, long sequence) => Ask(replica,
        client => client.GetReplyAsync(sequence), AnswerOf,
        (answer, now) => _manager.OnReply(replica, sequence, answer, now));

    /// <inheritdoc/>
    public void AskDigest(byte replica, long checkpoint) => Ask(replica,
        client => client.GetStateDigestAsync(checkpoint), found => found.Found && Digest.TryParse(found.Digest, out var digest) ? digest : (Digest?)null,
        (digest, now) => _manager.OnDigest(replica, checkpoint, digest, now));

    /// <inheritdoc/>
    public void Replace(Decision decision) => RunBeside(() =>
    {
        keeper.Replace(decision);
        return Task.CompletedTask;
    });

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
    public void SaveSnapshot(ManagementSnapshot snapshot) => RunBeside(async () =>
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

    /// <summary>A full disk is waited for: the log keeps what the snapshot would stand in for.</summary>
    private bool TrySave(ManagementSnapshot snapshot, ref bool isNews, out bool isFatal)
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
        ? new ReplicaSighting(incarnation.Value, status.State == nameof(Ordering.Protocol.MemberState.Halted), status.Executed,
            Incarnation.TryParse(status.BlockedBy, out var lost) ? lost.Value : null,
            status.WaitingBeforeSpecified ? status.WaitingBefore : null, status.Checkpoint,
            IsOutdated: status.State == nameof(Ordering.Protocol.MemberState.Outdated), IsShortOfRoom: status.LogBytesLeftSpecified)
        : null;

    /// <summary>What counts is the body, not what the replica says of it.</summary>
    private static StoredAnswer? AnswerOf(GetReplyResult reply) =>
        reply is { Found: true, Body: { } body } && Digest.TryParse(reply.RequestDigest, out var request)
            ? new StoredAnswer(reply.Sequence, request, Digest.Of(body)) : null;

    private void Ask<TAnswer, TRead>(byte replica, Func<IReplicaService, Task<TAnswer>> ask, Func<TAnswer, TRead?> read, Action<TRead?, Instant> tell)
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
