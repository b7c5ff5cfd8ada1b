using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Dams.Hosting.Topology;
using Microsoft.AspNetCore.Http;

namespace Dams.Hosting.Web;

/// <summary>
/// The secret that an order must carry: 256 random bits in a file of the data folder, which only the folder's owner can read. So any user
/// of the machine may look at the cluster, and only its owner may order something. Each data folder has its own token, and the processes
/// on one data folder accept the same one. Immutable; for any thread.
/// </summary>
public sealed class OrderToken
{
    /// <summary>The scheme of the <c>Authorization</c> header.</summary>
    public const string Scheme = "Bearer";

    /// <summary>The parameter of <c>WWW-Authenticate</c> that has the path of the file.</summary>
    public const string FileParameter = "file";

    private const int Bytes = 32;
    private const int Digits = 2 * Bytes;

    // The digits and the end of the line. A longer file is no token.
    private const int FileBytesMax = Digits + 2;

    private readonly byte[] _token;

    private OrderToken(string path, string token)
    {
        Path = path;
        _token = Encoding.ASCII.GetBytes(token);
    }

    /// <summary>The file that has the token.</summary>
    public string Path { get; }

    /// <summary>The header with which a process of this data folder gives orders to another.</summary>
    public AuthenticationHeaderValue Header => new(Scheme, Encoding.ASCII.GetString(_token));

    /// <summary>
    /// Reads the token of a data folder. If there is none, makes one first. Several processes may do so at once; all get the same token.
    /// </summary>
    /// <exception cref="IOException">The file can't be read or made, or it has no token.</exception>
    /// <exception cref="UnauthorizedAccessException">The file can't be read or made.</exception>
    public static OrderToken LoadOrCreate(string dataFolder)
    {
        var path = PathOf(dataFolder);
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(dataFolder);
            var aside = System.IO.Path.Combine(dataFolder, System.IO.Path.GetRandomFileName());
            try
            {
                WriteNew(aside);
                NewFile.Move(aside, path);
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another process has made the token first. That one is used.
                File.Delete(aside);
            }
        }

        return new OrderToken(path, Read(path));
    }

    /// <summary>Replaces the token of a data folder, because another folder has the same one.</summary>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file can't be written.</exception>
    public static void Renew(string dataFolder)
    {
        var aside = System.IO.Path.Combine(dataFolder, System.IO.Path.GetRandomFileName());
        WriteNew(aside);
        File.Move(aside, PathOf(dataFolder), overwrite: true);
    }

    /// <summary>Reads a token for an order to a process that has named the file.</summary>
    /// <returns>The header that the order needs.</returns>
    /// <exception cref="IOException">The file can't be read, or it has no token.</exception>
    /// <exception cref="UnauthorizedAccessException">The file can't be read.</exception>
    public static AuthenticationHeaderValue ReadHeader(string path) => System.IO.Path.GetFileName(path) == DataFolderFiles.OrderToken
        ? new AuthenticationHeaderValue(Scheme, Read(path))
        : throw new IOException($"{path} is no file of orders: its name is not {DataFolderFiles.OrderToken}");

    /// <summary>Throws unless a request comes from this machine and has the token. Takes the same time for every wrong token.</summary>
    /// <exception cref="OrderRefusedException">The request may not order anything. The message says which file has the token.</exception>
    public void Require(HttpContext http)
    {
        var connection = http.Connection;
        if (connection.RemoteIpAddress is { } remote && !IPAddress.IsLoopback(remote) && !remote.Equals(connection.LocalIpAddress))
            throw OrderRefusedException.Elsewhere(remote);
        var given = http.Request.Headers.Authorization.ToString();
        if (!given.StartsWith(Scheme + " ", StringComparison.OrdinalIgnoreCase))
        {
            http.Response.Headers.WWWAuthenticate = $"{Scheme} realm=\"orders\", {FileParameter}=\"{Escaped(Path)}\"";
            throw OrderRefusedException.WithoutToken(Path);
        }

        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given[(Scheme.Length + 1)..].Trim()), _token))
            throw OrderRefusedException.WrongToken(Path);
    }

    /// <summary>The file of a data folder's token.</summary>
    internal static string PathOf(string dataFolder) => System.IO.Path.Combine(dataFolder, DataFolderFiles.OrderToken);

    // A header has ASCII only. The tool undoes this.
    private static string Escaped(string path) => Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal);

    private static void WriteNew(string path)
    {
        using var file = NewFile.Open(path);
        file.Write(Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(Digits, lowercase: true) + "\n"));
        file.Flush(flushToDisk: true);
    }

    private static string Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[FileBytesMax + 1];
        var text = Encoding.ASCII.GetString(bytes, 0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)).TrimEnd();
        return text.Length == Digits && text.All(char.IsAsciiHexDigitLower)
            ? text
            : throw new IOException($"{path} is damaged: it has no token of {Digits} hexadecimal digits. "
                + "Delete it, and start the processes of this data folder again; they make a new one");
    }
}
