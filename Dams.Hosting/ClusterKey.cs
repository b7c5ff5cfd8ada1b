using System.Security.Cryptography;

namespace Dams.Hosting;

/// <summary>What came of reading a key file: the key, or what is wrong with the file.</summary>
/// <param name="Key">Null exactly if there is a problem.</param>
/// <param name="Problem">A sentence for people.</param>
public sealed record ClusterKeyReading(ClusterKey? Key, string? Problem);

/// <summary>
/// The secret that all processes of a cluster share; keys of datagrams are derived from it. Its file holds 64 hexadecimal digits and may be readable by
/// its owner only.
/// </summary>
public sealed class ClusterKey
{
    /// <summary>Length of the key: that of AES-256.</summary>
    public const int BytesCount = 32;

    private const int FileBytesMax = 256;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly byte[] _bytes;

    private ClusterKey(byte[] bytes) => _bytes = bytes;

    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Reads a key file, and makes it first if it isn't there. Several processes may do so at once, and have the same key.</summary>
    public static ClusterKeyReading LoadOrCreate(string path)
    {
        try
        {
            if (!File.Exists(path))
                Create(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            if (!File.Exists(path))
                return Failed(path, $"can't be made: {problem.Message}");
        }

        return Load(path);
    }

    /// <summary>Reads a key file.</summary>
    public static ClusterKeyReading Load(string path)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~(OwnerOnly | UnixFileMode.UserExecute)) != 0)
                return Failed(path, $"can be read by others than its owner: chmod 600 {path}");
            if (new FileInfo(path).Length > FileBytesMax)
                return Failed(path, "is too long to be a key: it has 64 hexadecimal digits");
            var text = File.ReadAllText(path).Trim();
            return text.Length == 2 * BytesCount && text.All(char.IsAsciiHexDigit)
                ? new ClusterKeyReading(new ClusterKey(Convert.FromHexString(text)), null)
                : Failed(path, "is not a key: it has 64 hexadecimal digits");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return Failed(path, $"can't be read: {problem.Message}");
        }
    }

    /// <summary>Never the key itself, which must not get into a log.</summary>
    public override string ToString() => "cluster key";

    private static ClusterKeyReading Failed(string path, string problem) => new(null, $"the key file {path} {problem}");

    // Written aside and linked into place: a process that comes second finds the whole file or none, and keeps the first one's.
    private static void Create(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var aside = Path.Combine(folder, Path.GetRandomFileName());
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using (var writer = new StreamWriter(aside, options))
            writer.WriteLine(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(BytesCount)));
        try
        {
            File.Move(aside, path, overwrite: false);
        }
        finally
        {
            File.Delete(aside);
        }
    }
}
