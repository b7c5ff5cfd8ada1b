using System.IO.MemoryMappedFiles;

namespace Dams.Ordering.Storage;

/// <summary>
/// The mark as one sector of a memory-mapped file: a note costs a store, and survives the process because the page is the kernel's. One thread.
/// <code>
///   0 magic  8 incarnation  16 machine boot (16)  32 begun  40 ended  48 died in  56 deaths  64 doubtful  72 inherited  80 renounced: count
///  88 renounced: numbers, to the end of the sector; when they are full the lowest, which was settled long ago, makes room
/// </code>
/// Each value is an aligned 8-byte store, so a process that dies between two stores leaves both whole; what depends on what is stored in that order.
/// </summary>
public sealed class ExecutionMarkFile : IExecutionMark, IDisposable
{
    /// <summary>The file, in bytes.</summary>
    public const int Size = MappedSector.Size;

    private const long Magic = 0x314B_5241_4D53_4D44; // "DMSMARK1"
    private const int IncarnationAt = 8;
    private const int MachineBootAt = 16;
    private const int BegunAt = 32;
    private const int EndedAt = 40;
    private const int DiedInAt = 48;
    private const int DeathsAt = 56;
    private const int DoubtfulAt = 64;
    private const int InheritedAt = 72;
    private const int RenouncedCountAt = 80;
    private const int RenouncedAt = 88;
    private const int RenouncedMax = (Size - RenouncedAt) / sizeof(long);

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly UInt128 _machineBoot;
    private readonly List<SequenceNumber> _renounced = [];

    private ExecutionMarkFile(MemoryMappedFile file, UInt128 machineBoot)
    {
        _file = file;
        _view = file.CreateViewAccessor(0, Size);
        _machineBoot = machineBoot;
    }

    /// <inheritdoc/>
    public SequenceNumber Begun => Read(BegunAt);

    /// <inheritdoc/>
    public SequenceNumber Ended { get; private set; }

    /// <inheritdoc/>
    public bool IsComplete { get; private set; }

    /// <inheritdoc/>
    public SequenceNumber Doubtful => Read(DoubtfulAt);

    /// <inheritdoc/>
    public SequenceNumber DiedIn { get; private set; }

    /// <inheritdoc/>
    public int Deaths { get; private set; }

    /// <inheritdoc/>
    public SequenceNumber Inherited => Read(InheritedAt);

    /// <inheritdoc/>
    public IReadOnlyCollection<SequenceNumber> Renounced => _renounced;

    /// <summary>Opens the mark of an incarnation, or makes it. What another incarnation left there is forgotten.</summary>
    /// <param name="path">The file.</param>
    /// <param name="incarnation">Whose executions it is about.</param>
    /// <param name="machineBoot">What is another one after each start of the machine; zero if that can't be told.</param>
    /// <exception cref="IOException">The file can't be had, or is no mark.</exception>
    public static ExecutionMarkFile Open(string path, Incarnation incarnation, UInt128 machineBoot)
    {
        var isNew = !File.Exists(path);
        var (file, wrongLength) = MappedSector.Open(path);
        if (file is null)
            throw new IOException($"{path} has {wrongLength} bytes, but a mark of executions has {Size}: move it away, and the replica with its folder, so that it joins anew");
        var mark = new ExecutionMarkFile(file, machineBoot);
        try
        {
            mark.Load(path, incarnation);
            if (isNew)
                DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return mark;
        }
        catch
        {
            mark.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Begin(SequenceNumber seq) => Write(BegunAt, seq.Value);

    /// <inheritdoc/>
    public void End(SequenceNumber seq)
    {
        if (seq > Ended)
        {
            Ended = seq;
            Write(EndedAt, seq.Value);
        }

        Write(BegunAt, 0);
    }

    /// <inheritdoc/>
    public void NoteDeaths(SequenceNumber seq, int deaths)
    {
        (DiedIn, Deaths) = (seq, deaths);
        Write(DeathsAt, deaths);
        Write(DiedInAt, seq.Value);
        Write(BegunAt, 0);
    }

    /// <inheritdoc/>
    public void Doubt(SequenceNumber seq)
    {
        if (seq > Doubtful)
            Write(DoubtfulAt, seq.Value);
        _view.Write(MachineBootAt, (ulong)_machineBoot);
        _view.Write(MachineBootAt + sizeof(ulong), (ulong)(_machineBoot >> 64));
        _view.Flush();
        IsComplete = true;
    }

    /// <inheritdoc/>
    public void Inherit(SequenceNumber seq)
    {
        Write(InheritedAt, seq.Value);
        _view.Flush();
    }

    /// <inheritdoc/>
    public void Renounce(SequenceNumber seq)
    {
        if (_renounced.Contains(seq))
            return;
        if (_renounced.Count < RenouncedMax)
        {
            _renounced.Add(seq);
            Write(RenouncedAt + ((_renounced.Count - 1) * sizeof(long)), seq.Value);
            Write(RenouncedCountAt, _renounced.Count);
        }
        else
        {
            var lowest = _renounced.IndexOf(_renounced.Min());
            _renounced[lowest] = seq;
            Write(RenouncedAt + (lowest * sizeof(long)), seq.Value);
        }

        _view.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => MappedSector.Close(_file, _view);

    private void Load(string path, Incarnation incarnation)
    {
        var magic = _view.ReadInt64(0);
        if (magic is not (0 or Magic))
            throw new IOException($"{path} is no mark of executions: move it away, and the replica with its folder, so that it joins anew");
        if (magic == 0 || _view.ReadUInt64(IncarnationAt) != incarnation.Value)
        {
            // Nobody has executed anything under this incarnation, or its mark was lost: then its log is all that tells.
            _view.WriteArray(0, new byte[Size], 0, Size);
            _view.Write(IncarnationAt, incarnation.Value);
            Write(0, Magic);
            _view.Flush();
        }

        var known = new UInt128(_view.ReadUInt64(MachineBootAt + sizeof(ulong)), _view.ReadUInt64(MachineBootAt));
        IsComplete = _machineBoot != UInt128.Zero && known == _machineBoot;
        Ended = Read(EndedAt);
        DiedIn = Read(DiedInAt);
        Deaths = (int)_view.ReadInt64(DeathsAt);
        for (var i = 0; i < Math.Clamp(_view.ReadInt64(RenouncedCountAt), 0, RenouncedMax); i++)
            _renounced.Add(Read(RenouncedAt + (i * sizeof(long))));
    }

    private SequenceNumber Read(int at) => new(_view.ReadInt64(at));

    private void Write(int at, long value) => _view.Write(at, value);
}
