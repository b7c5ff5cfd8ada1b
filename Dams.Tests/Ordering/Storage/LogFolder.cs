using Dams.Ordering;
using Dams.Ordering.Storage;

namespace Dams.Tests.Ordering.Storage;

/// <summary>A log's folder for one test, with the changes that a crash or a bad disk makes in it.</summary>
internal sealed class LogFolder : IDisposable
{
    public static readonly Incarnation Incarnation = new(0x1234);

    public string Path { get; } = Directory.CreateTempSubdirectory("dams-log-").FullName;

    public DurableLogOptions Options(int segmentBytes = 64 * 1024, int cached = 16, Durability durability = Durability.Disk) => new()
    {
        Folder = Path,
        SegmentBytes = segmentBytes,
        CachedEntries = cached,
        Durability = durability,
        IncarnationOfNewFolder = Incarnation,
    };

    public DurableLog Open(int segmentBytes = 64 * 1024, int cached = 16) => DurableLog.Open(Options(segmentBytes, cached));

    public string[] Segments() => [.. Directory.GetFiles(Path, "*.log").Order(StringComparer.Ordinal)];

    /// <summary>
    /// Makes the folder that a crash leaves: the files as they are now, without the lock. After a crash of the process the
    /// flush mark is there; after a crash of the machine it may be missing.
    /// </summary>
    public LogFolder Copy(bool isWithMark = false)
    {
        var copy = new LogFolder();
        foreach (var file in Segments())
            File.Copy(file, System.IO.Path.Combine(copy.Path, System.IO.Path.GetFileName(file)));
        if (isWithMark)
            File.Copy(System.IO.Path.Combine(Path, FlushMark.Name), System.IO.Path.Combine(copy.Path, FlushMark.Name));
        return copy;
    }

    public static void FlipBit(string file, long offset)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
        Span<byte> one = stackalloc byte[1];
        Assert.That(RandomAccess.Read(handle, one, offset), Is.EqualTo(1));
        one[0] ^= 0x10;
        RandomAccess.Write(handle, one, offset);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>Entries that follow one another.</summary>
internal static class SampleEntries
{
    /// <summary>A request that asks for nothing.</summary>
    public static readonly Request NoRequest = new(default, 0, default, 0, 0, Request.DigestOf(0, []), ReadOnlyMemory<byte>.Empty);

    public static List<Entry> After(SequenceNumber seq, Chain chain, int count, int payload = 40, ulong epoch = 1)
    {
        List<Entry> entries = [];
        for (var i = 0; i < count; i++)
        {
            seq = seq.Next;
            var bytes = new byte[payload];
            new Random((int)seq.Value).NextBytes(bytes);
            var key = new RequestKey(1, epoch, (ulong)seq.Value);
            var request = new Request(key, 1, new BootId(7), 1, 3, Request.DigestOf(3, bytes), bytes);
            var entry = new Entry(seq, Epoch.Of(epoch, 1), 1000 + seq.Value, EntryKind.Operation, chain, request);
            entries.Add(entry);
            chain = entry.Chain;
        }

        return entries;
    }

    public static List<Entry> After(DurableLog log, int count, int payload = 40, ulong epoch = 1) =>
        After(log.Last, log.LastChain, count, payload, epoch);

    public static LogBatch Batch(this IReadOnlyList<Entry> entries) => new(null, entries, null, SequenceNumber.Zero);
}
