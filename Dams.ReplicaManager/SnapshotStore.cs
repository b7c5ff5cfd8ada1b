using Dams.Ordering.Storage;
using Dams.ReplicaManager.Agreement;

namespace Dams.ReplicaManager;

/// <summary>The one snapshot of the agreed state on a manager's disk. Used by one thread at a time.</summary>
/// <param name="folder">The manager's data folder.</param>
internal sealed class SnapshotStore(string folder)
{
    private readonly string _path = Path.Combine(folder, "agreed.json");

    /// <summary>Reads the snapshot; null if there is none.</summary>
    /// <exception cref="InvalidDataException">The snapshot is damaged.</exception>
    public AgreedSnapshot? Read()
    {
        if (!File.Exists(_path))
            return null;
        // A file that is too long is not even read.
        return (new FileInfo(_path).Length <= AgreedSnapshot.BytesMax ? AgreedSnapshot.TryRead(File.ReadAllBytes(_path)) : null)
            ?? throw new InvalidDataException(
                $"{_path} is damaged: move this manager's data folder away; the manager then joins its group anew");
    }

    /// <summary>Replaces the snapshot; the new one is on disk on return.</summary>
    public void Write(AgreedSnapshot snapshot)
    {
        var aside = _path + ".new";
        using (var file = new FileStream(aside, FileMode.Create, FileAccess.Write))
        {
            file.Write(snapshot.ToJson());
            file.Flush(flushToDisk: true);
        }

        File.Move(aside, _path, overwrite: true);
        DirectorySync.Flush(folder);
    }
}
