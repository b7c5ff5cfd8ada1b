using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Dams.Hosting.Tls;

/// <summary>Reads certificates and keys from PEM files. A failure is a <see cref="CertificateException"/> that names the file.</summary>
internal static class PemFile
{
    /// <summary>The longest file. A certificate with its chain and an RSA key of 4,096 bits has less than 16 KiB.</summary>
    public const int FileBytesMax = 64 * 1024;

    /// <summary>The most certificates of a file: a chain, or the old and the new authority of a cluster.</summary>
    public const int CertificatesMax = 8;

    private const UnixFileMode ForOthers = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
    private const UnixFileMode ForGroup = UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Reads a file's text.</summary>
    /// <param name="path">The file.</param>
    /// <param name="hasKey">Whether it has a private key. Then other users must have no access to it.</param>
    /// <param name="isGroupAllowed">
    /// Whether its group may read it, all the same. Some systems keep keys of web servers so, as Debian's group <c>ssl-cert</c> does.
    /// </param>
    public static string Read(string path, bool hasKey, bool isGroupAllowed = false)
    {
        try
        {
            var forbidden = isGroupAllowed ? ForOthers | UnixFileMode.GroupWrite : ForOthers | ForGroup;
            if (hasKey && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & forbidden) != 0)
                throw new CertificateException($"{path} has a private key, and other users have access to it: run chmod 600 {path}");
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[FileBytesMax + 1];
            var count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return count <= FileBytesMax
                ? Encoding.UTF8.GetString(bytes, 0, count)
                : throw new CertificateException($"{path} is too long for a PEM file: the limit is {FileBytesMax} bytes");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"{path} can't be read: {problem.Message}", problem);
        }
    }

    /// <summary>Reads the certificates of a text: one at least.</summary>
    /// <param name="text">PEM.</param>
    /// <param name="path">The file of the text, for messages.</param>
    public static X509Certificate2Collection Certificates(string text, string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException problem)
        {
            throw new CertificateException($"{path} has a certificate that can't be read: {problem.Message}", problem);
        }

        return certificates.Count switch
        {
            0 => throw new CertificateException($"{path} has no certificate; expected PEM, with -----BEGIN CERTIFICATE-----"),
            > CertificatesMax => throw new CertificateException(
                $"{path} has {certificates.Count} certificates; the limit is {CertificatesMax}"),
            _ => certificates,
        };
    }

    /// <summary>Reads a certificate with its key, and the chain after it, for the use by a server or a client.</summary>
    /// <param name="certificates">PEM, with the certificate first.</param>
    /// <param name="key">PEM, with the key of the first certificate.</param>
    /// <param name="path">The file of the certificates, for messages.</param>
    /// <param name="keyPath">The file of the key, for messages.</param>
    public static SslStreamCertificateContext WithKey(string certificates, string key, string path, string keyPath)
    {
        var chain = Certificates(certificates, path);
        if (key.Contains("ENCRYPTED", StringComparison.Ordinal))
            throw new CertificateException($"the key in {keyPath} is encrypted with a passphrase: store it without one");
        try
        {
            var own = X509Certificate2.CreateFromPem(certificates, key);
            chain.RemoveAt(0);
            // Offline: the system must not fetch missing certificates from addresses that stand in a certificate.
            return SslStreamCertificateContext.Create(own, chain, offline: true);
        }
        catch (Exception problem) when (problem is CryptographicException or ArgumentException)
        {
            throw new CertificateException(
                $"the key in {keyPath} does not belong to the certificate in {path}, or can't be read: {problem.Message}", problem);
        }
    }
}
