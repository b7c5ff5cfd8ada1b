using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Dams.Ordering.Storage;

/// <summary>One file of the log, with the offsets of the entries in it that count: four bytes of memory for each.</summary>
internal sealed class LogSegment : IDisposable
{
    public const string Extension = ".log";
    private const int NumberDigits = 8;
    private uint[] _offsets = [];

    public LogSegment(string path, SafeFileHandle handle, in LogFormat.SegmentHeader header)
    {
        Path = path;
        Handle = handle;
        Header = header;
        End = LogFormat.HeaderSize;
    }

    public string Path { get; }

    public SafeFileHandle Handle { get; }

    public LogFormat.SegmentHeader Header { get; }

    /// <summary>The offset behind the last frame.</summary>
    public long End { get; set; }

    /// <summary>The number of the first entry here that counts; meaningless if there is none.</summary>
    public long FirstSeq { get; private set; }

    /// <summary>How many entries here count. Entries that a later cut removed don't count.</summary>
    public int Count { get; private set; }

    public long LastSeq => FirstSeq + Count - 1;

    public static string PathOf(string folder, ulong number) =>
        System.IO.Path.Combine(folder, number.ToString(CultureInfo.InvariantCulture).PadLeft(NumberDigits, '0') + Extension);

    public static bool TryParseNumber(string path, out ulong number) =>
        ulong.TryParse(System.IO.Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out number);

    public void Append(long seq, uint offset)
    {
        if (Count == 0)
            FirstSeq = seq;
        if (Count == _offsets.Length)
            Array.Resize(ref _offsets, Math.Max(64, Count * 2));
        _offsets[Count++] = offset;
    }

    /// <summary>Cuts off the entries above a number. They stay in the file and no longer count.</summary>
    public void CutTo(long seq) => Count = (int)Math.Clamp(seq - FirstSeq + 1, 0, Count);

    public uint OffsetOf(long seq) => _offsets[seq - FirstSeq];

    public void Dispose() => Handle.Dispose();
}
