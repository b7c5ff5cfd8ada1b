using Dams.Ordering.Storage;

namespace Dams.Replica.Hosting.Snapshots;

/// <summary>A snapshot that is being written. One thread. Unless it is committed or set aside, nothing of it stays.</summary>
internal sealed class SnapshotFile : IDisposable
{
    private readonly FileStream _stream;
    private readonly string _path;
    private readonly bool _isDurable;
    private bool _stays;

    /// <summary>Begins a file.</summary>
    /// <param name="unfinishedPath">Where it is written.</param>
    /// <param name="path">Its name when it is whole.</param>
    /// <param name="isDurable">Whether it is to survive a power cut then.</param>
    public SnapshotFile(string unfinishedPath, string path, bool isDurable)
    {
        _stream = new FileStream(unfinishedPath, FileMode.Create, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 0);
        _path = path;
        _isDurable = isDurable;
    }

    /// <summary>Bytes written so far.</summary>
    public long Bytes => _stream.Position;

    /// <summary>Appends.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void Write(ReadOnlySpan<byte> bytes) => _stream.Write(bytes);

    /// <summary>Opens what was written so far, to be read from its start.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public FileStream OpenRead() =>
        new(_stream.Name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, SnapshotFolder.BufferBytes, FileOptions.SequentialScan);

    /// <summary>Keeps it as evidence, though it has never had its name.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public void SetAside()
    {
        SnapshotFolder.SetAside(_stream.Name, _path);
        _stays = true;
    }

    /// <summary>Makes it durable, and gives it its name: before the name is there, all bytes are.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
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
