using System.Diagnostics;
using Dams.Contracts.Soap;
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
/// <see cref="OnBatchEnd"/> is the loop's; one task at a time does the work, which always comes to an end that the loop hears of.
/// </summary>
/// <param name="node">The joiner.</param>
/// <param name="self">Its number.</param>
/// <param name="topology">Who the others are.</param>
/// <param name="clientOf">How one of them is reached.</param>
/// <param name="folder">Where the snapshot goes.</param>
/// <param name="options">The core's.</param>
/// <param name="logger">Hears how it went.</param>
internal sealed class SnapshotFetcher(
    ReplicaNode node, int self, ClusterTopology topology, Func<int, IReplicaService> clientOf, SnapshotFolder folder, Core.ReplicaCoreOptions options, ILogger logger)
{
    private const int VouchersMin = 2;

    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(2);

    private SequenceNumber? _fetching;

    /// <summary>How long two are waited for who vouch. The donors write the snapshot first; a million bookings take them some seconds.</summary>
    public TimeSpan VouchersPatience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a donor may take for all of it: one that gives pieces without end is like one that gives none.</summary>
    public TimeSpan DonorPatience { get; init; } = TimeSpan.FromMinutes(1);

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
        var loop = driver();
        loop.RunBeside(() => FetchAsync(wanted, loop, stopping), stopping);
    }

    private async Task FetchAsync(SequenceNumber wanted, ProtocolDriver driver, CancellationToken stopping)
    {
        var vouched = await FindVouchersAsync(wanted, stopping).ConfigureAwait(false);
        foreach (var donor in vouched.Donors)
        {
            if (await TryDonorAsync(wanted, donor, vouched.Digest, driver, stopping).ConfigureAwait(false))
                return;
        }

        SnapshotLog.NotFetched(logger, wanted.Value, vouched.Donors.Count);
        await driver.InvokePatientlyAsync(now =>
        {
            node.Member.OnSnapshotUnavailable(wanted, now);
            return true;
        }).ConfigureAwait(false);
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
            var answer = await ReplicaQuestion.AskAsync(clientOf, replica, client => client.GetStateDigestAsync(wanted.Value), AnswerPatience, stopping).ConfigureAwait(false);
            // What is no digest vouches for nothing, whoever says it.
            var isDigest = answer is { Found: true, Digest.Length: 2 * State.StateDigester.DigestSize } && answer.Digest.All(char.IsAsciiHexDigitLower);
            return (replica, isDigest ? answer.Digest : null);
        }
        catch (ReplicaUnusableException problem)
        {
            SnapshotLog.DonorSilent(logger, replica, wanted.Value, problem.Message);
            return (replica, null);
        }
    }

    private async Task<bool> TryDonorAsync(SequenceNumber wanted, int donor, byte[] digest, ProtocolDriver driver, CancellationToken stopping)
    {
        try
        {
            using var file = folder.Create(wanted);
            if (!await DownloadAsync(wanted, donor, file, stopping).ConfigureAwait(false))
                return false;
            var refused = await UseAsync(wanted, digest, file, driver).ConfigureAwait(false);
            if (refused is null)
                SnapshotLog.Fetched(logger, wanted.Value, donor);
            else
                SnapshotLog.DonationRefused(logger, wanted.Value, donor, refused.ToString());
            return refused is null;
        }
        catch (Exception problem) when (problem is ReplicaUnusableException or IOException or UnauthorizedAccessException)
        {
            SnapshotLog.DonorSilent(logger, donor, wanted.Value, problem.Message);
            return false;
        }
    }

    private async Task<bool> DownloadAsync(SequenceNumber wanted, int donor, SnapshotFile file, CancellationToken stopping)
    {
        var (began, total) = (Stopwatch.GetTimestamp(), (long?)null);
        while (Stopwatch.GetElapsedTime(began) < DonorPatience)
        {
            var piece = await ReplicaQuestion.AskAsync(clientOf, donor, client => client.GetSnapshotAsync(wanted.Value, file.Bytes), AnswerPatience, stopping).ConfigureAwait(false);
            if (!piece.Found || piece.Chunk is not { Length: > 0 } chunk)
                return false;
            if (piece.TotalBytes != (total ??= piece.TotalBytes))
                throw new ReplicaUnusableException($"its snapshot of {total} bytes has become one of {piece.TotalBytes}");
            file.Write(chunk);
            if (file.Bytes >= total)
                return true;
        }

        throw new ReplicaUnusableException($"its snapshot has not come to an end within {DonorPatience.TotalSeconds} s; {file.Bytes} bytes were given");
    }

    /// <summary>
    /// A file has its name only when it is what two have vouched for: a start takes what it finds under that name, and asks nobody.
    /// </summary>
    private async Task<SnapshotRefused?> UseAsync(SequenceNumber wanted, byte[] digest, SnapshotFile file, ProtocolDriver driver)
    {
        SnapshotContent? content;
        using (var stream = file.OpenRead())
        {
            var expectation = new SnapshotExpectation { ClientSessionsMax = options.ClientSessionsMax, Seq = wanted, StateDigest = digest };
            if (SnapshotReader.Read(stream, expectation, out content) is { } unusable)
            {
                file.SetAside();
                return unusable;
            }
        }

        file.Commit();
        var refused = await driver.InvokePatientlyAsync(now => Restore(content!, now)).ConfigureAwait(false);
        if (refused is not null)
            folder.SetAside(wanted);
        return refused;
    }

    /// <summary>In the loop.</summary>
    private SnapshotRefused? Restore(SnapshotContent content, Instant now)
    {
        if (node.Member.SnapshotWanted != content.Header.Seq)
            return null;
        if (node.Core.Restore(content) is { } refused)
            return refused;
        node.Member.OnSnapshotRestored(content.Header.Position, now);
        return null;
    }
}
