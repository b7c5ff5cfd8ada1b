using System.Globalization;
using Dams.Ordering;
using Dams.Replica.State.Snapshots;

namespace Dams.Replica.Hosting.Snapshots;

/// <summary>
/// The snapshots of a replica on disk. A file <c>snapshot-&lt;seq&gt;.dams</c> is always complete, and it
/// never changes. For any thread.
/// </summary>
internal sealed class SnapshotFolder
{
    /// <summary>
    /// How many of the newest snapshots are kept besides those that are waited for. If one turns out to be
    /// unreadable, there is another.
    /// </summary>
    public const int KeptMax = 2;

    /// <summary>
    /// How many of the newest rejected snapshots are kept. They are few, because each may be as
    /// long as a snapshot can be.
    /// </summary>
    public const int RefusedKeptMax = 2;

    /// <summary>How many bytes are read at a time.</summary>
    internal const int BufferBytes = 256 * 1024;

    private const string Prefix = "snapshot-";
    private const string Suffix = ".dams";
    private const string UnfinishedSuffix = ".unfinished";
    private const string RefusedSuffix = ".refused";

    private readonly string _path;
    private readonly bool _isDurable;

    /// <summary>Makes the folder if it is missing, and deletes files that a crash has left unfinished.</summary>
    /// <param name="path">The folder, which belongs to one replica alone.</param>
    /// <param name="isDurable">Whether complete files must survive a power cut.</param>
    /// <exception cref="IOException">The disk operation failed.</exception>
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

    /// <summary>Whether there is a snapshot, or a rejected one that is kept as evidence.</summary>
    public bool HadAny => Directory.EnumerateFiles(_path, Prefix + "*").Any();

    /// <summary>Begins a file. It gets its final name only by <see cref="SnapshotFile.Commit"/>.</summary>
    /// <exception cref="IOException">The disk operation failed.</exception>
    public SnapshotFile Create(SequenceNumber seq) => new(PathOf(seq) + UnfinishedSuffix, PathOf(seq), _isDurable);

    /// <summary>Opens a snapshot for reading from its start; null if it does not exist.</summary>
    /// <exception cref="IOException">The disk operation failed.</exception>
    public FileStream? OpenRead(SequenceNumber seq)
    {
        try
        {
            return new FileStream(
                PathOf(seq), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferBytes, FileOptions.SequentialScan);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Reads a piece of a snapshot.</summary>
    /// <param name="seq">The entry that the snapshot belongs to.</param>
    /// <param name="offset">The first byte of the piece. At or after the end, the piece is empty.</param>
    /// <param name="count">The length of the piece, unless the snapshot ends before.</param>
    /// <returns>The bytes, and the length of the whole snapshot; null if it does not exist.</returns>
    /// <exception cref="IOException">The disk operation failed.</exception>
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
    /// The digests that a snapshot claims to have: that of its state, and that of its bytes. Both are null
    /// if there is no such snapshot. If it was damaged since, the claim is wrong; the replica that gets
    /// the snapshot finds that out.
    /// </summary>
    /// <exception cref="IOException">The disk operation failed.</exception>
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

    /// <summary>Deletes all snapshots except the newest two and those that are waited for.</summary>
    /// <exception cref="IOException">The disk operation failed.</exception>
    public void Prune(IReadOnlyCollection<SequenceNumber> waitedFor)
    {
        foreach (var seq in List().Skip(KeptMax).Except(waitedFor))
            Delete(seq);
    }

    /// <summary>Deletes a snapshot, if it exists.</summary>
    /// <exception cref="IOException">The disk operation failed.</exception>
    public void Delete(SequenceNumber seq) => File.Delete(PathOf(seq));

    /// <summary>
    /// Takes a rejected snapshot out of the list. It stays in the folder as evidence until there is newer evidence.
    /// </summary>
    /// <exception cref="IOException">The disk operation failed.</exception>
    public void SetAside(SequenceNumber seq) => SetAside(PathOf(seq), PathOf(seq));

    /// <summary>
    /// Keeps a rejected file as evidence, and deletes all but the newest evidence. So a replica that gives wrong
    /// snapshots can't fill the disk with them.
    /// </summary>
    /// <param name="file">The path of the file.</param>
    /// <param name="path">The final path that the file has, or would have got.</param>
    /// <exception cref="IOException">The disk operation failed.</exception>
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
        return long.TryParse(name[Prefix.Length..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var seq)
            ? new SequenceNumber(seq)
            : null;
    }

    private string PathOf(SequenceNumber seq) =>
        Path.Combine(_path, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{seq.Value}{Suffix}"));
}
