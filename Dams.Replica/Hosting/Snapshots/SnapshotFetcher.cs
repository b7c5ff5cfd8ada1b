using System.ServiceModel;
using Dams.Contracts.Topology;
using Dams.Hosting.Cluster;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Replica.State.Snapshots;
using Microsoft.Extensions.Logging;
using ReplicaNode = Dams.Replica.Core.ReplicaNode;

namespace Dams.Replica.Hosting.Snapshots;

/// <summary>
/// Fetches the snapshot that a joiner needs from the other replicas' SOAP endpoints. It is taken from one, and used only if two vouch for its digest.
/// <see cref="OnBatchEnd"/> is the loop's; one task at a time does the work.
/// </summary>
/// <param name="node">The joiner.</param>
/// <param name="self">Its number.</param>
/// <param name="topology">Who the others are.</param>
/// <param name="clients">How they are reached.</param>
/// <param name="folder">Where the snapshot goes.</param>
/// <param name="options">The core's.</param>
/// <param name="logger">Hears how it went.</param>
internal sealed class SnapshotFetcher(
    ReplicaNode node, int self, ClusterTopology topology, ReplicaClients clients, SnapshotFolder folder, Core.ReplicaCoreOptions options, ILogger logger)
{
    private const int VouchersMin = 2;

    // The donors write the snapshot first; a million bookings take them some seconds.
    private static readonly TimeSpan VouchersPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(2);

    private SequenceNumber? _fetching;

    /// <summary>Begins to fetch, if the member wants a snapshot that is not being fetched yet. In the loop.</summary>
    public void OnBatchEnd(Func<ProtocolDriver> driver, CancellationToken stopping)
    {
        if (node.Member.SnapshotWanted is not { } wanted)
        {
            _fetching = null;
            return;
        }

        if (_fetching == wanted)
            return;
        _fetching = wanted;
        _ = Task.Run(() => FetchAsync(wanted, driver(), stopping), stopping);
    }

    /// <summary>Ends without an exception but for a stop: whatever goes wrong is that the snapshot can't be had.</summary>
    private async Task FetchAsync(SequenceNumber wanted, ProtocolDriver driver, CancellationToken stopping)
    {
        try
        {
            var vouched = await FindVouchersAsync(wanted, stopping).ConfigureAwait(false);
            foreach (var donor in vouched.Donors)
            {
                if (await TryDonorAsync(wanted, donor, vouched.Digest, driver, stopping).ConfigureAwait(false))
                    return;
            }

            SnapshotLog.NotFetched(logger, wanted.Value, vouched.Donors.Count);
            driver.Post(now => node.Member.OnSnapshotUnavailable(wanted, now));
        }
        catch (Exception exception) when (exception is DriverStoppedException or OperationCanceledException)
        {
            // The process stops; the next start asks again.
        }
    }

    private async Task<(byte[] Digest, IReadOnlyList<int> Donors)> FindVouchersAsync(SequenceNumber wanted, CancellationToken stopping)
    {
        for (var waited = TimeSpan.Zero; waited < VouchersPatience; waited += AskAgain)
        {
            var answers = await Task.WhenAll(topology.Replicas.Where(replica => replica.Id.Number != self)
                .Select(replica => AskDigestAsync(replica.Id.Number, wanted, stopping))).ConfigureAwait(false);
            var agreed = answers.Where(answer => answer.Digest is not null).GroupBy(answer => answer.Digest!)
                .Where(group => group.Count() >= VouchersMin).MaxBy(group => group.Count());
            if (agreed is not null)
                return (Convert.FromHexString(agreed.Key), [.. agreed.Select(answer => answer.Replica)]);
            await Task.Delay(AskAgain, stopping).ConfigureAwait(false);
        }

        return ([], []);
    }

    private async Task<(int Replica, string? Digest)> AskDigestAsync(int replica, SequenceNumber wanted, CancellationToken stopping)
    {
        try
        {
            var answer = await clients.Of(replica).GetStateDigestAsync(wanted.Value).WaitAsync(AnswerPatience, stopping).ConfigureAwait(false);
            // What is no digest vouches for nothing, whoever says it.
            var isDigest = answer is { Found: true, Digest.Length: 2 * State.StateDigester.DigestSize } && answer.Digest.All(char.IsAsciiHexDigitLower);
            return (replica, isDigest ? answer.Digest : null);
        }
        catch (Exception problem) when (problem is CommunicationException or TimeoutException)
        {
            SnapshotLog.DonorSilent(logger, replica, wanted.Value, problem.Message);
            return (replica, null);
        }
    }

    private async Task<bool> TryDonorAsync(SequenceNumber wanted, int donor, byte[] digest, ProtocolDriver driver, CancellationToken stopping)
    {
        try
        {
            if (!await DownloadAsync(wanted, donor, stopping).ConfigureAwait(false))
                return false;
            var refused = await RestoreAsync(wanted, digest, driver).ConfigureAwait(false);
            if (refused is null)
            {
                SnapshotLog.Fetched(logger, wanted.Value, donor);
                return true;
            }

            SnapshotLog.Refused(logger, wanted.Value, refused.ToString());
            folder.SetAside(wanted);
            return false;
        }
        catch (Exception problem) when (problem is CommunicationException or TimeoutException or IOException or UnauthorizedAccessException)
        {
            SnapshotLog.DonorSilent(logger, donor, wanted.Value, problem.Message);
            return false;
        }
    }

    private async Task<bool> DownloadAsync(SequenceNumber wanted, int donor, CancellationToken stopping)
    {
        using var file = folder.Create(wanted);
        while (true)
        {
            var piece = await clients.Of(donor).GetSnapshotAsync(wanted.Value, file.Bytes).WaitAsync(AnswerPatience, stopping).ConfigureAwait(false);
            if (!piece.Found || piece.Chunk is not { Length: > 0 } chunk)
                return false;
            file.Write(chunk);
            if (file.Bytes < piece.TotalBytes)
                continue;
            file.Commit();
            return true;
        }
    }

    private async Task<SnapshotRefused?> RestoreAsync(SequenceNumber wanted, byte[] digest, ProtocolDriver driver)
    {
        SnapshotContent? content;
        using (var file = folder.OpenRead(wanted) ?? throw new IOException($"snapshot {wanted} is gone"))
        {
            var expectation = new SnapshotExpectation { ClientSessionsMax = options.ClientSessionsMax, Seq = wanted, StateDigest = digest };
            if (SnapshotReader.Read(file, expectation, out content) is { } unreadable)
                return unreadable;
        }

        return await driver.InvokeAsync(now =>
        {
            if (node.Member.SnapshotWanted != wanted)
                return null;
            if (node.Core.Restore(content!) is { } refused)
                return refused;
            node.Member.OnSnapshotRestored(content!.Header.Position, now);
            return null;
        }).ConfigureAwait(false);
    }
}
