using System.IO.MemoryMappedFiles;

namespace Dams.Ordering.Storage;

/// <summary>
/// The mark of executions in one sector of a memory-mapped file. A note costs one store. It survives the process, because
/// the page belongs to the kernel. One thread.
/// <code>
///   0 magic  8 incarnation  16 machine boot (16)  32 begun  40 ended  48 died in  56 deaths  64 doubtful  72 inherited
///  80 renounced: count
///  88 renounced: numbers, to the end of the sector; when it is full, the lowest, which was settled long ago, makes room
/// </code>
/// Each value is an aligned 8-byte store, so a process that dies between two stores leaves both whole. Values that depend on
/// each other are stored in the order of their dependence.
/// </summary>
public sealed class ExecutionMarkFile : IExecutionMark, IDisposable
{
    /// <summary>The size of the file, in bytes.</summary>
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

    /// <summary>Opens the mark of an incarnation, or makes it. Notes of another incarnation in the file are erased.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="incarnation">The incarnation whose executions are noted.</param>
    /// <param name="machineBoot">An id that changes with each start of the machine; zero if the system has none.</param>
    /// <exception cref="IOException">The file can't be opened, or is no mark of executions.</exception>
    public static ExecutionMarkFile Open(string path, Incarnation incarnation, UInt128 machineBoot)
    {
        var isNew = !File.Exists(path);
        var (file, wrongLength) = MappedSector.Open(path);
        if (file is null)
        {
            throw new IOException($"{path} has {wrongLength} bytes, but a mark of executions has {Size}. "
                + "Move it and the replica's folder away, so that the replica joins anew");
        }

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
        {
            throw new IOException($"{path} is no mark of executions. "
                + "Move it and the replica's folder away, so that the replica joins anew");
        }

        if (magic == 0 || _view.ReadUInt64(IncarnationAt) != incarnation.Value)
        {
            // Nothing was executed under this incarnation, or its mark was lost. If it was lost, only the log can tell.
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
