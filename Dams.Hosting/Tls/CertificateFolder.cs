using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dams.Hosting.Topology;
using Dams.Ordering.Storage;

namespace Dams.Hosting.Tls;

/// <summary>
/// Makes the certificates of a cluster in its folder. It overwrites nothing but certificates of hosts, when it renews them. Files are
/// written aside and moved into place, so an interrupted command leaves whole files, and can be repeated.
/// </summary>
/// <param name="topology">The cluster.</param>
/// <param name="tls">The folder.</param>
/// <param name="authorityKeyFile">Where the key of the authority is, or will be.</param>
/// <param name="now">The present time.</param>
public sealed class CertificateFolder(ClusterTopology topology, TlsSettings tls, string authorityKeyFile, DateTimeOffset now)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes what is missing: the authority, and the certificates of hosts.</summary>
    /// <param name="authorityDays">How long a new authority lasts.</param>
    /// <param name="hostDays">How long a new certificate of a host lasts.</param>
    /// <returns>The files that were made; none if all were there.</returns>
    /// <exception cref="CertificateException">The authority or its key is missing or wrong. Nothing was changed.</exception>
    public IReadOnlyList<string> MakeMissing(int authorityDays, int hostDays)
    {
        var hosts = topology.Hosts.Keys.Where(host => !File.Exists(tls.FileOf(host))).ToList();
        var made = new List<string>();
        MakeFolder(tls.Folder);
        if (!File.Exists(tls.AuthorityFile))
        {
            if (topology.Hosts.Keys.FirstOrDefault(host => File.Exists(tls.FileOf(host))) is { } other)
            {
                throw new CertificateException($"{tls.FileOf(other)} is there, and {tls.AuthorityFile} is not: "
                    + "bring it back, or delete the certificates of the hosts to begin with a new authority");
            }

            made.AddRange(MakeAuthority(authorityDays));
        }

        return [.. made, .. hosts.Count > 0 ? Issue(hosts, hostDays) : []];
    }

    /// <summary>Makes new certificates of hosts, with new keys. The old ones stay valid: the authority is the same.</summary>
    /// <param name="hosts">The names of the hosts.</param>
    /// <param name="hostDays">How long a certificate lasts.</param>
    /// <returns>The files that were replaced.</returns>
    /// <exception cref="CertificateException">The authority or its key is missing or wrong. Nothing was changed.</exception>
    public IReadOnlyList<string> Renew(IEnumerable<string> hosts, int hostDays) => Issue(hosts, hostDays);

    private IEnumerable<string> MakeAuthority(int days)
    {
        // An interrupted command may have left the key. It is used, because nothing is overwritten.
        var isKeyThere = File.Exists(authorityKeyFile);
        using var key = isKeyThere ? ReadKey() : ClusterAuthority.NewKey();
        using var authority = ClusterAuthority.Create(topology.Cluster, key, now, days);
        if (!isKeyThere)
        {
            MakeFolder(Path.GetDirectoryName(Path.GetFullPath(authorityKeyFile))!);
            Write(authorityKeyFile, key.ExportPkcs8PrivateKeyPem());
            yield return authorityKeyFile;
        }

        Write(tls.AuthorityFile, authority.ExportCertificatePem());
        yield return tls.AuthorityFile;
    }

    private List<string> Issue(IEnumerable<string> hosts, int days)
    {
        using var authority = OpenAuthority();
        var made = new List<string>();
        foreach (var host in hosts)
        {
            using var key = ClusterAuthority.NewKey();
            using var certificate = ClusterAuthority.Issue(
                authority, new HostIdentity(topology.Cluster, host), topology.Hosts[host].Address.Text, key, now, days);
            Write(tls.FileOf(host), $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}");
            made.Add(tls.FileOf(host));
        }

        return made;
    }

    // The file may have two authorities while an operator changes them. The key tells which one signs.
    private X509Certificate2 OpenAuthority()
    {
        var authorities = PemFile.Certificates(PemFile.Read(tls.AuthorityFile, hasKey: false), tls.AuthorityFile);
        using var key = ReadKey();
        var publicKey = key.ExportSubjectPublicKeyInfo();
        var own = authorities.FirstOrDefault(authority => authority.PublicKey.ExportSubjectPublicKeyInfo().SequenceEqual(publicKey))
            ?? throw new CertificateException($"the key in {authorityKeyFile} is not that of an authority in {tls.AuthorityFile}");
        return own.NotAfter.ToUniversalTime() > now.UtcDateTime
            ? own.CopyWithPrivateKey(key)
            : throw new CertificateException($"the authority in {tls.AuthorityFile} has ended on {PeerCheck.TextOf(own.NotAfter)}: "
                + "make a new one in another folder, as docs/OPERATING.md describes");
    }

    private ECDsa ReadKey()
    {
        if (!File.Exists(authorityKeyFile))
        {
            throw new CertificateException($"{authorityKeyFile} is missing: certificates are signed with the key of the authority. "
                + "If it is kept elsewhere, name it with --ca-key FILE");
        }

        var text = PemFile.Read(authorityKeyFile, hasKey: true);
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(text);
            return key;
        }
        catch (Exception problem) when (problem is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new CertificateException($"{authorityKeyFile} has no key that can be read: {problem.Message}", problem);
        }
    }

    private static void MakeFolder(string folder)
    {
        if (Directory.Exists(folder))
            return;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
    }

    private static void Write(string path, string pem)
    {
        var aside = path + ".new";
        File.Delete(aside);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using (var writer = new StreamWriter(aside, options))
        {
            writer.Write(pem + "\n");
            writer.Flush();
            ((FileStream)writer.BaseStream).Flush(flushToDisk: true);
        }

        File.Move(aside, path, overwrite: true);
        DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}
