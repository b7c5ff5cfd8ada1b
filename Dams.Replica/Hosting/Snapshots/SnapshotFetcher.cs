using System.Diagnostics;
using System.Security.Cryptography;
using System.Threading.Channels;
using Dams.Contracts.Soap;
using Dams.Hosting.Cluster;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Replica.Core;
using Dams.Replica.State.Snapshots;
using Microsoft.Extensions.Logging;

namespace Dams.Replica.Hosting.Snapshots;

/// <summary>
/// Fetches the snapshot that a joiner needs from the SOAP endpoints of the other replicas. One replica gives it, and it
/// is read only if two replicas vouch for its bytes. At least one of these two is right, so both the state and the
/// header are what all replicas have written. The loop calls <see cref="OnBatchEnd"/>, which hands the wanted snapshot over
/// to <see cref="RunAsync"/>. One task at a time does the work, and it always reports its end to the loop.
/// </summary>
/// <param name="node">The replica that joins.</param>
/// <param name="self">The number of the replica that joins.</param>
/// <param name="clientOf">Gives the client for another replica, by its number.</param>
internal sealed class SnapshotFetcher(
    ReplicaProtocol node, int self, ClusterTopology topology, Func<int, IReplicaService> clientOf, SnapshotFolder folder,
    ReplicaCoreOptions options, ILogger logger)
{
    private const int VouchersMin = 2;

    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    // Only the latest wanted snapshot counts.
    private readonly Channel<SequenceNumber> _wanted = Channel.CreateBounded<SequenceNumber>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = true });

    // Only the loop touches this.
    private SequenceNumber? _fetching;
    private TimeSpan _pause;

    /// <summary>
    /// How long to wait until two replicas vouch. They write the snapshot first, which takes some
    /// seconds for a million bookings.
    /// </summary>
    public TimeSpan VouchersPatience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long a donor may take for the whole snapshot: a donor that gives pieces without end is no better than one
    /// that gives none. A million bookings and as many sessions take three seconds. Managers give up a replacement
    /// after a minute, and another donor must have its turn within it.
    /// </summary>
    public TimeSpan DonorPatience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The pause after the second failed attempt. It doubles after each further one, up to half a minute. The cause of
    /// the failures may last, and for each JOIN all the others write a snapshot.
    /// </summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Asks the others the questions of a joiner and ignores the answers. The first questions of a process take
    /// a second on a busy machine, because clients are made from their contract and compiled. Meanwhile the rest
    /// of the process can start.
    /// </summary>
    public static async Task RehearseAsync(
        ClusterTopology topology, int self, Func<int, IReplicaService> clientOf, ILogger logger, CancellationToken stopping) =>
        await Task.WhenAll(topology.Replicas.Select(replica => replica.Id.Number).Where(number => number != self).Select(async number =>
        {
            try
            {
                await ReplicaQuestion.AskAsync(clientOf, number, client => client.GetStateDigestAsync(1), AnswerPatience, stopping)
                    .ConfigureAwait(false);
                await ReplicaQuestion.AskAsync(clientOf, number, client => client.GetSnapshotAsync(1, 0), AnswerPatience, stopping)
                    .ConfigureAwait(false);
            }
            catch (ReplicaUnusableException problem)
            {
                SnapshotLog.DonorSilent(logger, number, 1, problem.Message);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // The process stops before it has finished starting.
            }
        })).ConfigureAwait(false);

    /// <summary>Begins to fetch if the member wants a snapshot that is not being fetched yet. Called in the loop.</summary>
    public void OnBatchEnd()
    {
        if (node.Member.SnapshotWanted is not { } wanted)
        {
            _fetching = null;
            return;
        }

        if (_fetching == wanted)
            return;
        _fetching = wanted;
        _wanted.Writer.TryWrite(wanted);
    }

    /// <summary>Fetches the wanted snapshots until it is cancelled. Call once, when the loop has been made.</summary>
    public Task RunAsync(ProtocolDriver driver, CancellationToken stopping) => driver.RunBesideAsync(async () =>
    {
        await foreach (var wanted in _wanted.Reader.ReadAllAsync(stopping).ConfigureAwait(false))
            driver.RunBeside(() => FetchAsync(wanted, driver, stopping), stopping);
    }, stopping);

    private async Task FetchAsync(SequenceNumber wanted, ProtocolDriver driver, CancellationToken stopping)
    {
        var vouched = await FindVouchersAsync(wanted, stopping).ConfigureAwait(false);
        foreach (var donor in vouched.Donors)
        {
            if (await TryDonorAsync(wanted, donor, vouched.Digest, driver, stopping).ConfigureAwait(false))
            {
                _pause = TimeSpan.Zero;
                return;
            }
        }

        SnapshotLog.NotFetched(logger, wanted.Value, vouched.Donors.Count);
        await Task.Delay(_pause, stopping).ConfigureAwait(false);
        _pause = _pause == TimeSpan.Zero ? FirstPause : _pause < LongestPause / 2 ? _pause * 2 : LongestPause;
        await driver.InvokePatientlyAsync(now =>
        {
            node.Member.OnSnapshotUnavailable(wanted, now);
            return true;
        }).ConfigureAwait(false);
    }

    private async Task<(byte[] Digest, IReadOnlyList<int> Donors)> FindVouchersAsync(SequenceNumber wanted, CancellationToken stopping)
    {
        // The limit is a time and not a number of rounds: in each round, a silent replica uses up its time to answer.
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < VouchersPatience)
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
            var answer = await ReplicaQuestion
                .AskAsync(clientOf, replica, client => client.GetStateDigestAsync(wanted.Value), AnswerPatience, stopping)
                .ConfigureAwait(false);
            // A text that is no digest vouches for nothing.
            var isDigest = answer.SnapshotDigest is { Length: 2 * SnapshotFormat.FileDigestSize } digest
                && digest.All(char.IsAsciiHexDigitLower);
            return (replica, isDigest ? answer.SnapshotDigest : null);
        }
        catch (ReplicaUnusableException problem)
        {
            SnapshotLog.DonorSilent(logger, replica, wanted.Value, problem.Message);
            return (replica, null);
        }
    }

    private async Task<bool> TryDonorAsync(
        SequenceNumber wanted, int donor, byte[] digest, ProtocolDriver driver, CancellationToken stopping)
    {
        try
        {
            using var file = folder.Create(wanted);
            if (await DownloadAsync(wanted, donor, file, stopping).ConfigureAwait(false) is not { } given)
                return false;
            var refused = await UseAsync(wanted, digest, given, file, driver).ConfigureAwait(false);
            if (refused is null)
                SnapshotLog.Fetched(logger, wanted.Value, donor);
            else
                SnapshotLog.DonationRefused(logger, wanted.Value, donor, refused.ToString());
            return refused is null;
        }
        catch (ReplicaUnusableException problem)
        {
            SnapshotLog.DonorSilent(logger, donor, wanted.Value, problem.Message);
            return false;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            SnapshotLog.OwnDiskRefused(logger, wanted.Value, problem.Message);
            return false;
        }
    }

    /// <summary>Downloads the snapshot from a donor into the file.</summary>
    /// <returns>The digest that two replicas must vouch for; null if the donor does not have the snapshot.</returns>
    private async Task<byte[]?> DownloadAsync(SequenceNumber wanted, int donor, SnapshotFile file, CancellationToken stopping)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (began, total, bytesMax) = (Stopwatch.GetTimestamp(), (long?)null, ExpectationOf(wanted).BytesMax);
        while (Stopwatch.GetElapsedTime(began) < DonorPatience)
        {
            var piece = await ReplicaQuestion
                .AskAsync(clientOf, donor, client => client.GetSnapshotAsync(wanted.Value, file.Bytes), AnswerPatience, stopping)
                .ConfigureAwait(false);
            if (!piece.Found || piece.Chunk is not { Length: > 0 } chunk)
                return null;
            if (piece.TotalBytes != (total ??= piece.TotalBytes))
                throw new ReplicaUnusableException($"its snapshot of {total} bytes has become one of {piece.TotalBytes}");
            if (total < SnapshotFormat.EndSize || total > bytesMax)
            {
                throw new ReplicaUnusableException(
                    $"its snapshot is said to have {total} bytes; {SnapshotFormat.EndSize} to {bytesMax} are possible");
            }

            if (file.Bytes + chunk.Length > total)
                throw new ReplicaUnusableException($"its snapshot is said to have {total} bytes, and it gives {file.Bytes + chunk.Length}");
            digest.AppendData(chunk.AsSpan(0, (int)Math.Clamp(total.Value - SnapshotFormat.FileDigestSize - file.Bytes, 0, chunk.Length)));
            file.Write(chunk);
            if (file.Bytes == total)
                return digest.GetHashAndReset();
        }

        throw new ReplicaUnusableException(
            $"its snapshot was not complete within {DonorPatience.TotalSeconds} s; it gave {file.Bytes} bytes");
    }

    private SnapshotExpectation ExpectationOf(SequenceNumber wanted) =>
        new() { ClientSessionsMax = options.ClientSessionsMax, Seq = wanted };

    /// <summary>
    /// Uses a downloaded snapshot. The file gets its final name only if two replicas have vouched for its bytes: a
    /// later start uses a file with that name without asking anybody.
    /// </summary>
    private async Task<SnapshotRefused?> UseAsync(
        SequenceNumber wanted, byte[] vouched, byte[] given, SnapshotFile file, ProtocolDriver driver)
    {
        if (Read(wanted, vouched, given, file, out var content) is { } unusable)
        {
            file.SetAside();
            return unusable;
        }

        file.Commit();
        var refused = await driver.InvokePatientlyAsync(now => Restore(content!, now)).ConfigureAwait(false);
        if (refused is not null)
            folder.SetAside(wanted);
        return refused;
    }

    /// <summary>Reads the file only if others vouch for its bytes: a forged snapshot may be hard to read on purpose.</summary>
    private SnapshotRefused? Read(SequenceNumber wanted, byte[] vouched, byte[] given, SnapshotFile file, out SnapshotContent? content)
    {
        content = null;
        if (!given.AsSpan().SequenceEqual(vouched))
        {
            return new SnapshotRefused(
                SnapshotProblem.NotAsExpected, 0,
                $"its bytes have digest {Convert.ToHexStringLower(given)}, not {Convert.ToHexStringLower(vouched)}");
        }

        using var stream = file.OpenRead();
        return SnapshotReader.Read(stream, ExpectationOf(wanted), out content);
    }

    /// <summary>Runs in the loop.</summary>
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
