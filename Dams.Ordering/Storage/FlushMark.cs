using System.IO.MemoryMappedFiles;

namespace Dams.Ordering.Storage;

/// <summary>
/// How far the log was flushed, noted beside it (<see cref="MappedSector"/>). After a power cut it may be an older note. So the log never ends before it unless the disk
/// has lost what was durable, which the log's own bytes can't always tell from a tail that a crash tore. One thread.
/// <code>
///   0 magic  8 incarnation  16 batch
/// </code>
/// </summary>
internal sealed class FlushMark : IDisposable
{
    /// <summary>The file's name in the log's folder.</summary>
    public const string Name = "flushed";

    private const long Magic = 0x3148_534C_464D_4144; // "DAMFLSH1"
    private const int IncarnationAt = 8;
    private const int BatchAt = 16;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    /// <summary>Opens the mark of a folder, or makes it.</summary>
    /// <exception cref="LogCorruptException">It is there, and is none.</exception>
    /// <exception cref="IOException">The disk refused.</exception>
    public FlushMark(string folder)
    {
        var path = Path.Combine(folder, Name);
        var (file, wrongLength) = MappedSector.Open(path);
        _file = file ?? throw new LogCorruptException(path, 0, $"{MappedSector.Size} bytes", $"{wrongLength}");
        _view = _file.CreateViewAccessor(0, MappedSector.Size);
        if (_view.ReadInt64(0) is 0 or Magic)
            return;
        Dispose();
        throw new LogCorruptException(path, 0, "a mark of how far the log was flushed", "something else");
    }

    /// <summary>The last batch of an incarnation's log that is known to have been durable; 0 if nothing is known of it.</summary>
    public ulong BatchOf(Incarnation incarnation) =>
        _view.ReadInt64(0) == Magic && _view.ReadUInt64(IncarnationAt) == incarnation.Value ? _view.ReadUInt64(BatchAt) : 0;

    /// <summary>From now on it is about this incarnation.</summary>
    public void Begin(Incarnation incarnation, ulong batch)
    {
        // In this order, so that whoever dies in between leaves no number that is another's.
        _view.Write(0, 0L);
        _view.Write(BatchAt, batch);
        _view.Write(IncarnationAt, incarnation.Value);
        _view.Write(0, Magic);
    }

    /// <summary>All batches up to this one are durable.</summary>
    public void Note(ulong batch) => _view.Write(BatchAt, batch);

    /// <inheritdoc/>
    public void Dispose() => MappedSector.Close(_file, _view);
}
