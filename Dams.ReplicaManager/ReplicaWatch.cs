using System.ServiceModel;
using Dams.Contracts.Soap;
using Dams.Hosting.Cluster;
using Dams.Ordering;
using Dams.Ordering.Driver;
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
internal sealed class ReplicaWatch(
    ReplicaClients clients, ManagerClients others, SnapshotStore store, ReplicaKeeper keeper, Action failed, ILogger logger) : IReplicaWatch
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);
    private ManagerProtocol _manager = null!;
    private ProtocolDriver _driver = null!;

    /// <summary>Connects the loop; once, before it starts.</summary>
    public void Attach(ManagerProtocol manager, ProtocolDriver driver) => (_manager, _driver) = (manager, driver);

    /// <inheritdoc/>
    public void AskStatus(byte replica) => Ask(replica,
        async client => SightingOf(await client.GetStatusAsync()),
        (sighting, now) => _manager.OnStatus(replica, sighting, now));

    /// <inheritdoc/>
    public void AskReply(byte replica, long sequence) => Ask(replica,
        async client => AnswerOf(await client.GetReplyAsync(sequence)),
        (answer, now) => _manager.OnReply(replica, sequence, answer, now));

    /// <inheritdoc/>
    public void AskDigest(byte replica, long checkpoint) => Ask(replica,
        async client => await client.GetStateDigestAsync(checkpoint) is { Found: true } found && Digest.TryParse(found.Digest, out var digest) ? digest : (Digest?)null,
        (digest, now) => _manager.OnDigest(replica, checkpoint, digest, now));

    /// <inheritdoc/>
    public void Replace(Decision decision) => keeper.Replace(decision);

    /// <inheritdoc/>
    public void SetAsideUnless(ulong present) => keeper.SetAsideUnless(present);

    /// <inheritdoc/>
    public void AskSnapshot(long sequence) => _ = Task.Run(async () =>
    {
        var snapshot = await others.FindSnapshotAsync(sequence, s_patience).ConfigureAwait(false);
        await TellAsync(now => _manager.OnSnapshot(sequence, snapshot, now)).ConfigureAwait(false);
    });

    /// <inheritdoc/>
    public void SaveSnapshot(ManagementSnapshot snapshot) => _ = Task.Run(async () =>
    {
        try
        {
            lock (store)
                store.Write(snapshot);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            ManagerLog.NotSaved(logger, problem);
            failed();
            return;
        }

        await TellAsync(now => _manager.OnSnapshotSaved(snapshot, now)).ConfigureAwait(false);
    });

    private static ReplicaSighting? SightingOf(GetStatusResult status) => Incarnation.TryParse(status.Incarnation, out var incarnation)
        ? new ReplicaSighting(incarnation.Value, status.State == nameof(Ordering.Protocol.MemberState.Halted), status.Executed,
            Incarnation.TryParse(status.BlockedBy, out var lost) ? lost.Value : null,
            status.WaitingBeforeSpecified ? status.WaitingBefore : null, status.Checkpoint)
        : null;

    /// <summary>What counts is the body, not what the replica says of it.</summary>
    private static StoredAnswer? AnswerOf(GetReplyResult reply) =>
        reply is { Found: true, Body: { } body } && Digest.TryParse(reply.RequestDigest, out var request)
            ? new StoredAnswer(reply.Sequence, request, Digest.Of(body)) : null;

    private void Ask<T>(byte replica, Func<IReplicaService, Task<T>> ask, Action<T?, Instant> answer) => _ = AskAsync(replica, ask, answer);

    private async Task AskAsync<T>(byte replica, Func<IReplicaService, Task<T>> ask, Action<T?, Instant> answer)
    {
        T? told = default;
        try
        {
            // Off the loop: opening a channel takes a while.
            told = await Task.Run(() => ask(clients.Of(replica))).WaitAsync(s_patience).ConfigureAwait(false);
        }
        catch (Exception silence) when (silence is CommunicationException or TimeoutException)
        {
            ManagerLog.NoAnswer(logger, replica, silence.Message);
        }

        await TellAsync(now => answer(told, now)).ConfigureAwait(false);
    }

    private async Task TellAsync(Action<Instant> what)
    {
        // A queue that is full is emptied within moments; one that is closed belongs to a process that ends.
        while (!_driver.Post(what) && !_driver.Completion.IsCompleted)
            await Task.Delay(s_patience).ConfigureAwait(false);
    }
}
