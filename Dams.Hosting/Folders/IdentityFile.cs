using System.Globalization;
using System.Text.Json;
using Dams.Hosting.Processes;
using Dams.Hosting.Topology;
using Dams.Ordering.Storage;

namespace Dams.Hosting.Folders;

/// <summary>Reads and writes the file of a folder's identity. The file is always whole, and flushed to disk.</summary>
internal static class IdentityFile
{
    public static string PathOf(string folder) => Path.Combine(folder, DataFolderFiles.Identity);

    /// <summary>Reads the identity; null if the file does not exist.</summary>
    /// <exception cref="DataFolderException">The file is damaged.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file can't be read.</exception>
    public static FolderIdentity? Read(string folder)
    {
        var path = PathOf(folder);
        if (!File.Exists(path))
            return null;
        try
        {
            var document = JsonSerializer.Deserialize(File.ReadAllText(path), IdentityJson.Default.IdentityDocument);
            if (document is not null && ClusterInstance.TryParse(document.Instance, out var instance) && document.Replicas.Count > 0
                && document.Durability is "disk" or "memory"
                && TryReadNumber(document.Device, out var device) && TryReadNumber(document.Inode, out var inode))
            {
                var shape = new FolderShape(document.Cluster, document.Durability == "memory" ? Durability.Memory : Durability.Disk,
                    [.. document.Replicas]);
                return new FolderIdentity(instance, new FolderPlace(document.Path, device, inode, document.Boot), shape,
                    [.. document.Keys ?? []]);
            }
        }
        catch (JsonException)
        {
            // The content can't be recovered.
        }

        throw new DataFolderException(
            $"{path} is damaged: stop all processes of this cluster, delete it, and start them again. "
            + "The folder then gets a new identity; the bookings don't depend on it.");
    }

    /// <exception cref="IOException">The disk reports an error.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    public static void Write(string folder, FolderIdentity identity)
    {
        var (place, shape) = (identity.Place, identity.Shape);
        var document = new IdentityDocument(identity.Instance.ToString(), place.Path, place.Boot, shape.Cluster,
            FolderShape.Word(shape.Durability), shape.Replicas, identity.Keys,
            place.Device?.ToString(CultureInfo.InvariantCulture), place.Inode?.ToString(CultureInfo.InvariantCulture));
        WholeFile.Write(PathOf(folder), JsonSerializer.Serialize(document, IdentityJson.Default.IdentityDocument) + "\n", isDurable: true);
    }

    private static bool TryReadNumber(string? text, out ulong? number)
    {
        number = ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
        return text is null || number is not null;
    }
}

// Device and inode are text, because 64-bit numbers don't fit into a double.
internal sealed record IdentityDocument(
    string Instance, string Path, string Boot, string Cluster, string Durability, IReadOnlyList<string> Replicas,
        IReadOnlyList<string>? Keys = null, string? Device = null, string? Inode = null);
