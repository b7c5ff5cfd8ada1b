using Dams.Ordering.Storage;

namespace Dams.Replica.Hosting.Snapshots;

/// <summary>A snapshot that is being written. Unless it is committed or set aside, nothing of it stays. One thread.</summary>
internal sealed class SnapshotFile : IDisposable
{
    private readonly FileStream _stream;
    private readonly string _path;
    private readonly bool _isDurable;
    private bool _stays;

    /// <summary>Begins a file.</summary>
    /// <param name="unfinishedPath">The path while it is being written.</param>
    /// <param name="path">The path when it is complete.</param>
    /// <param name="isDurable">Whether the complete file must survive a power cut.</param>
    public SnapshotFile(string unfinishedPath, string path, bool isDurable)
    {
        _stream = new FileStream(unfinishedPath, FileMode.Create, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 0);
        _path = path;
        _isDurable = isDurable;
    }

    /// <summary>Bytes written so far.</summary>
    public long Bytes => _stream.Position;

    /// <summary>Appends bytes to the file.</summary>
    /// <exception cref="IOException">The disk operation failed.</exception>
    public void Write(ReadOnlySpan<byte> bytes) => _stream.Write(bytes);

    /// <summary>Opens the file for reading what was written so far, from its start.</summary>
    /// <exception cref="IOException">The disk operation failed.</exception>
    public FileStream OpenRead() =>
        new(
            _stream.Name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, SnapshotFolder.BufferBytes,
            FileOptions.SequentialScan);

    /// <summary>Keeps the file as evidence, although it never had its final name.</summary>
    /// <exception cref="IOException">The disk operation failed.</exception>
    public void SetAside()
    {
        SnapshotFolder.SetAside(_stream.Name, _path);
        _stays = true;
    }

    /// <summary>Makes the file durable, then gives it its final name. So a file with that name has all its bytes.</summary>
    /// <exception cref="IOException">The disk operation failed.</exception>
    public void Commit()
    {
        _stream.Flush(flushToDisk: _isDurable);
        File.Move(_stream.Name, _path, overwrite: true);
        _stays = true;
        if (_isDurable)
            DirectorySync.Flush(Path.GetDirectoryName(_path)!);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        if (!_stays)
            File.Delete(_stream.Name);
    }
}
