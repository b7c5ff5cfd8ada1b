namespace Dams.Tests.Processes.Drill;

/// <summary>A damage to the files of a process that does not run, and the expected consequence.</summary>
/// <param name="Name">The name in test cases and output.</param>
/// <param name="Do">Damages the process's data folder.</param>
/// <param name="IsReplaced">
/// Whether a new incarnation must begin, because the old one can't be trusted any more. Otherwise the same one goes on, if the machine is
/// fast enough to start it in time.
/// </param>
internal sealed record Damage(string Name, Action<string> Do, bool IsReplaced)
{
    private const int HeaderByte = 20;

    /// <summary>All damages to the files of a replica.</summary>
    public static IReadOnlyList<Damage> ToReplica { get; } =
    [
        .. ToLog("log"),
        new("a snapshot bit-flipped in its header", folder => FlipSnapshots(folder, _ => HeaderByte), false),
        new("a snapshot bit-flipped in the middle", folder => FlipSnapshots(folder, length => length / 2), false),
        new("a snapshot bit-flipped at its end", folder => FlipSnapshots(folder, length => length - 1), false),
        new("file 'executing' deleted", folder => File.Delete(Path.Combine(folder, "executing")), false),
        new("file 'executing' truncated", folder => Truncate(Path.Combine(folder, "executing"), 100), true),
        new("file 'executing' overwritten", folder => Overwrite(Path.Combine(folder, "executing")), true),
        new("file 'incarnation' overwritten",
            folder => File.WriteAllText(Path.Combine(folder, "incarnation"), "\0\u0001not an incarnation"), false),
        new("file 'incarnation' deleted", folder => File.Delete(Path.Combine(folder, "incarnation")), false),
        new("file 'turns' overwritten", folder => File.WriteAllText(Path.Combine(folder, "turns"), "many"), false),
        new("file 'turns' deleted", folder => File.Delete(Path.Combine(folder, "turns")), false),
        new("file 'left' appeared", folder => File.WriteAllText(Path.Combine(folder, "left"), "\0nonsense"), true),
    ];

    /// <summary>All damages to the log of a manager.</summary>
    public static IReadOnlyList<Damage> ToManager { get; } = [.. ToLog(Path.Combine("group", "log"))];

    /// <summary>All damages to the saved agreed state of a manager, which must have saved it before.</summary>
    public static IReadOnlyList<Damage> ToAgreedState { get; } =
    [
        new("agreed.json bit-flipped at its beginning", folder => FlipBit(AgreedIn(folder), 0), true),
        new("agreed.json truncated in the middle", folder => TruncateToHalf(AgreedIn(folder)), true),
        new("agreed.json without its end", folder => Truncate(AgreedIn(folder), new FileInfo(AgreedIn(folder)).Length - 1), true),
    ];

    /// <summary>The damage with a name.</summary>
    public static Damage Of(IEnumerable<Damage> all, string name) => all.First(damage => damage.Name == name);

    public override string ToString() => Name;

    private static IEnumerable<Damage> ToLog(string log)
    {
        yield return new("the log's header bit-flipped", folder => FlipBit(SegmentIn(folder, log), HeaderByte), true);
        yield return new("the log bit-flipped at its first batch", folder => FlipBit(SegmentIn(folder, log), 512 + HeaderByte), true);
        yield return new("the log bit-flipped in the middle of its durable part",
            folder => FlipBit(SegmentIn(folder, log), MiddleOf(SegmentIn(folder, log))), true);
        yield return new("the log bit-flipped at the end of its durable part",
            folder => FlipBit(SegmentIn(folder, log), EndOf(SegmentIn(folder, log)) - 1), true);
        yield return new("the log truncated in the middle of its durable part",
            folder => Truncate(SegmentIn(folder, log), MiddleOf(SegmentIn(folder, log))), true);
        yield return new("the log zeroed from the middle of its durable part",
            folder => ZeroFrom(SegmentIn(folder, log), MiddleOf(SegmentIn(folder, log))), true);
        yield return new("the log zeroed", folder => ZeroFrom(SegmentIn(folder, log), 0), true);
        yield return new("the log truncated to nothing", folder => Truncate(SegmentIn(folder, log), 0), true);
        yield return new("the log's segment deleted", folder => File.Delete(SegmentIn(folder, log)), true);
        yield return new("file 'flushed' deleted", folder => File.Delete(Path.Combine(folder, log, "flushed")), false);
        yield return new("file 'flushed' truncated", folder => Truncate(Path.Combine(folder, log, "flushed"), 100), true);
        yield return new("file 'flushed' overwritten", folder => Overwrite(Path.Combine(folder, log, "flushed")), true);
    }

    private static string AgreedIn(string folder) => Path.Combine(folder, "group", "agreed.json");

    private static string SegmentIn(string folder, string log) =>
        Directory.GetFiles(Path.Combine(folder, log), "*.log").Order(StringComparer.Ordinal).Last();

    private static long MiddleOf(string path) => (512 + EndOf(path)) / 2;

    // Only zeros follow the last batch.
    private static long EndOf(string path) => File.ReadAllBytes(path).AsSpan().LastIndexOfAnyExcept((byte)0) + 1;

    private static void FlipSnapshots(string folder, Func<long, long> at)
    {
        var snapshots = Directory.GetFiles(Path.Combine(folder, "snapshots"), "snapshot-*.dams");
        Assert.That(snapshots, Is.Not.Empty, "snapshots to damage");
        foreach (var snapshot in snapshots)
            FlipBit(snapshot, at(new FileInfo(snapshot).Length));
    }

    private static void FlipBit(string path, long at)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        file.Position = at;
        var value = file.ReadByte();
        Assert.That(value, Is.GreaterThanOrEqualTo(0), $"{path} has no byte {at}");
        file.Position = at;
        file.WriteByte((byte)(value ^ 0x10));
    }

    // After a power cut a file system may leave zeros where data was not written yet. The file's length is still right.
    private static void ZeroFrom(string path, long from)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        file.Position = from;
        file.Write(new byte[file.Length - from]);
    }

    private static void Truncate(string path, long length)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        file.SetLength(length);
    }

    private static void TruncateToHalf(string path) => Truncate(path, new FileInfo(path).Length / 2);

    private static void Overwrite(string path)
    {
        var length = new FileInfo(path).Length;
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        for (var i = 0L; i < length; i++)
            file.WriteByte(0xA5);
    }
}
