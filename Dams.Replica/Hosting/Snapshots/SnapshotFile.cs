using Dams.Ordering.Storage;

namespace Dams.Replica.Hosting.Snapshots;

/// <summary>A snapshot that is being written. One thread. Unless it is committed, nothing of it stays.</summary>
internal sealed class SnapshotFile : IDisposable
{
    private readonly FileStream _stream;
    private readonly string _path;
    private readonly bool _isDurable;
    private bool _isCommitted;

    /// <summary>Begins a file.</summary>
    /// <param name="unfinishedPath">Where it is written.</param>
    /// <param name="path">Its name when it is whole.</param>
    /// <param name="isDurable">Whether it is to survive a power cut then.</param>
    public SnapshotFile(string unfinishedPath, string path, bool isDurable)
    {
        _stream = new FileStream(unfinishedPath, FileMode.Create, FileAccess.Write, FileShare.Delete, bufferSize: 0);
        _path = path;
        _isDurable = isDurable;
    }

    /// <summary>Bytes written so far.</summary>
    public long Bytes => _stream.Position;

    /// <summary>Appends.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void Write(ReadOnlySpan<byte> bytes) => _stream.Write(bytes);

    /// <summary>Makes it durable, and gives it its name: before the name is there, all bytes are.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void Commit()
    {
        _stream.Flush(flushToDisk: _isDurable);
        File.Move(_stream.Name, _path, overwrite: true);
        _isCommitted = true;
        if (_isDurable)
            DirectorySync.Flush(Path.GetDirectoryName(_path)!);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        if (!_isCommitted)
            File.Delete(_stream.Name);
    }
}
