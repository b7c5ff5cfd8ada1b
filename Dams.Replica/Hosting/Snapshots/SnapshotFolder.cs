using System.Globalization;
using Dams.Ordering;
using Dams.Replica.State.Snapshots;

namespace Dams.Replica.Hosting.Snapshots;

/// <summary>
/// The snapshots of a replica on disk: <c>snapshot-&lt;seq&gt;.dams</c>, whole or not there. A file never changes once it has its name. For any thread.
/// </summary>
internal sealed class SnapshotFolder
{
    /// <summary>The newest snapshots that are kept besides those that somebody waits for: if one turns out unreadable, there is another.</summary>
    public const int KeptMax = 2;

    /// <summary>The newest refused ones that are kept: each may be as long as a snapshot can be.</summary>
    public const int RefusedKeptMax = 2;

    /// <summary>How much is read at a time.</summary>
    internal const int BufferBytes = 256 * 1024;

    private const string Prefix = "snapshot-";
    private const string Suffix = ".dams";
    private const string UnfinishedSuffix = ".unfinished";
    private const string RefusedSuffix = ".refused";

    private readonly string _path;
    private readonly bool _isDurable;

    /// <summary>Makes the folder if it is not there, and removes what a crash has left unfinished.</summary>
    /// <param name="path">Of one replica alone.</param>
    /// <param name="isDurable">Whether a file that is there is to survive a power cut.</param>
    /// <exception cref="IOException">The disk refused.</exception>
    public SnapshotFolder(string path, bool isDurable)
    {
        _path = path;
        _isDurable = isDurable;
        Directory.CreateDirectory(path);
        foreach (var unfinished in Directory.GetFiles(path, Prefix + "*" + UnfinishedSuffix))
            File.Delete(unfinished);
    }

    /// <summary>The numbers of all snapshots, the newest first.</summary>
    public IReadOnlyList<SequenceNumber> List() =>
        [.. Directory.GetFiles(_path, Prefix + "*" + Suffix).Select(SeqOf).OfType<SequenceNumber>().OrderDescending()];

    /// <summary>Whether there is a snapshot, or one that was refused: it stays as evidence.</summary>
    public bool HadAny => Directory.EnumerateFiles(_path, Prefix + "*").Any();

    /// <summary>Begins a file, which has its name only after <see cref="SnapshotFile.Commit"/>.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public SnapshotFile Create(SequenceNumber seq) => new(PathOf(seq) + UnfinishedSuffix, PathOf(seq), _isDurable);

    /// <summary>Opens a snapshot to be read from its start; null if it is not there.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public FileStream? OpenRead(SequenceNumber seq)
    {
        try
        {
            return new FileStream(PathOf(seq), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferBytes, FileOptions.SequentialScan);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Reads a piece of a snapshot.</summary>
    /// <param name="seq">Which.</param>
    /// <param name="offset">From here on; at or behind the end gives no bytes.</param>
    /// <param name="count">At most so many bytes.</param>
    /// <returns>The bytes and the length of the whole; null if it is not there.</returns>
    /// <exception cref="IOException">The disk refused.</exception>
    public (byte[] Bytes, long Total)? Read(SequenceNumber seq, long offset, int count)
    {
        using var file = OpenRead(seq);
        if (file is null)
            return null;
        var bytes = new byte[Math.Clamp(file.Length - offset, 0, count)];
        file.Position = Math.Min(offset, file.Length);
        file.ReadExactly(bytes);
        return (bytes, file.Length);
    }

    /// <summary>
    /// The digests that a snapshot claims to have, of the state that it holds and of its bytes; null if it is not there. One that was damaged since is not what it claims,
    /// which whoever it is given to finds out.
    /// </summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public (byte[]? OfState, byte[]? OfFile) ReadDigests(SequenceNumber seq)
    {
        using var file = OpenRead(seq);
        if (file is null || file.Length < SnapshotFormat.EndSize)
            return (null, null);
        var end = new byte[SnapshotFormat.EndSize];
        file.Position = file.Length - SnapshotFormat.EndSize;
        file.ReadExactly(end);
        return (end[..State.StateDigester.DigestSize], end[State.StateDigester.DigestSize..]);
    }

    /// <summary>Deletes all but the newest two, and those that somebody waits for.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void Prune(IReadOnlyCollection<SequenceNumber> waitedFor)
    {
        foreach (var seq in List().Skip(KeptMax).Except(waitedFor))
            Delete(seq);
    }

    /// <summary>Deletes one, if it is there.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void Delete(SequenceNumber seq) => File.Delete(PathOf(seq));

    /// <summary>Takes one that was refused out of the list. It stays in the folder, it is evidence, until there is newer evidence.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void SetAside(SequenceNumber seq) => SetAside(PathOf(seq), PathOf(seq));

    /// <summary>Keeps a file that was refused as evidence, and of older evidence only the newest: who gives wrong snapshots must not fill the disk with them.</summary>
    /// <param name="file">Where it is.</param>
    /// <param name="path">The name that it has, or would have got.</param>
    /// <exception cref="IOException">The disk refused.</exception>
    internal static void SetAside(string file, string path)
    {
        File.Move(file, path + RefusedSuffix, overwrite: true);
        var refused = Directory.GetFiles(Path.GetDirectoryName(path)!, Prefix + "*" + Suffix + RefusedSuffix);
        foreach (var old in refused.OrderByDescending(name => SeqOf(name.AsSpan(..^RefusedSuffix.Length))).Skip(RefusedKeptMax))
            File.Delete(old);
    }

    private static SequenceNumber? SeqOf(string path) => SeqOf(path.AsSpan());

    private static SequenceNumber? SeqOf(ReadOnlySpan<char> path)
    {
        var name = Path.GetFileName(path);
        return long.TryParse(name[Prefix.Length..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var seq) ? new SequenceNumber(seq) : null;
    }

    private string PathOf(SequenceNumber seq) => Path.Combine(_path, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{seq.Value}{Suffix}"));
}
