using System.IO.MemoryMappedFiles;

namespace Dams.Ordering.Storage;

/// <summary>
/// A note beside the log of how far it was flushed (<see cref="MappedSector"/>). After a power cut the note may be an older
/// one. So a log that ends before the note has lost durable bytes. The log's own bytes can't always tell that from a tail
/// that a crash tore. One thread.
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
    /// <exception cref="LogCorruptException">The file exists, but is no such mark.</exception>
    /// <exception cref="IOException">A disk operation failed.</exception>
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

    /// <summary>The last batch of an incarnation's log that is known to have been durable; 0 if none is known.</summary>
    public ulong BatchOf(Incarnation incarnation) =>
        _view.ReadInt64(0) == Magic && _view.ReadUInt64(IncarnationAt) == incarnation.Value ? _view.ReadUInt64(BatchAt) : 0;

    /// <summary>Begins the mark of an incarnation whose batches up to a number are durable.</summary>
    public void Begin(Incarnation incarnation, ulong batch)
    {
        // The order matters: a process that dies in between must not leave the number of another incarnation.
        _view.Write(0, 0L);
        _view.Write(BatchAt, batch);
        _view.Write(IncarnationAt, incarnation.Value);
        _view.Write(0, Magic);
    }

    /// <summary>Notes that all batches up to this one are durable.</summary>
    public void Note(ulong batch) => _view.Write(BatchAt, batch);

    /// <inheritdoc/>
    public void Dispose() => MappedSector.Close(_file, _view);
}
