using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Dams.Ordering.Storage;

/// <summary>One file of the log, and where in it the entries stand that count: four bytes of memory each.</summary>
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

    /// <summary>Behind the last frame.</summary>
    public long End { get; set; }

    /// <summary>The number of the first entry here that counts; meaningless if there is none.</summary>
    public long FirstSeq { get; private set; }

    /// <summary>How many entries here count: those that a later cut removed don't.</summary>
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

    /// <summary>Cuts reach back over files; what stands there above the number stays there and no longer counts.</summary>
    public static void CutTo(List<LogSegment> segments, SequenceNumber seq)
    {
        for (var i = segments.Count - 1; i >= 0; i--)
        {
            if (segments[i].Count > 0 && segments[i].LastSeq <= seq.Value)
                return;
            segments[i].CutTo(seq.Value);
        }
    }

    private void CutTo(long seq) => Count = (int)Math.Clamp(seq - FirstSeq + 1, 0, Count);

    public uint OffsetOf(long seq) => _offsets[seq - FirstSeq];

    public void Dispose() => Handle.Dispose();
}
