using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Tls;

/// <summary>
/// The cluster's own authorities, in a PEM file that is read again when it changes. There is one, or the old and the new one while an
/// operator changes it.
/// </summary>
/// <remarks>Thread: as for <see cref="ReloadedPem{T}"/>.</remarks>
public sealed class ReloadedAuthorities : ReloadedPem<X509Certificate2Collection>
{
    private const string Owner = "the cluster's authority";
    private readonly string _file;

    private ReloadedAuthorities(string file, ILogger logger)
        : base(Owner, logger) => _file = file;

    /// <summary>Reads the file.</summary>
    /// <param name="file">PEM with the certificates of authorities.</param>
    /// <param name="logger">Receives a line for each change, and for each problem.</param>
    /// <exception cref="CertificateException">It can't be used.</exception>
    public static ReloadedAuthorities Open(string file, ILogger logger)
    {
        var opened = new ReloadedAuthorities(file, logger);
        opened.Open();
        return opened;
    }

    /// <summary>The things that an operator should know: a file that can't be used, and an authority that ends soon.</summary>
    /// <param name="now">The present time.</param>
    public IEnumerable<string> Alarms(DateTimeOffset now)
    {
        if (Problem is { } problem)
            yield return $"the certificate of {Owner} can't be changed, so the earlier one stays in use: {problem}";
        if (Ending(now) is { } ending)
            yield return ending;
    }

    /// <summary>A sentence about the end of the newest authority, if it is near or over. Beside a newer one, an old one may end.</summary>
    internal string? Ending(DateTimeOffset now) =>
        ReloadedCertificate.EndOf(Current.MaxBy(authority => authority.NotAfter)!, now) is { } end
            ? $"the certificate of {Owner} {end}: make a new authority, and put it into {_file} beside the old one"
            : null;

    private protected override string[] ReadTexts() => [PemFile.Read(_file, hasKey: false)];

    private protected override X509Certificate2Collection Parse(string[] texts)
    {
        var authorities = PemFile.Certificates(texts[0], _file);
        return authorities.All(IsAuthority)
            ? authorities
            : throw new CertificateException($"{_file} has a certificate that is not that of an authority");
    }

    private protected override void OnUsed(ILogger logger, string owner, X509Certificate2Collection value) =>
        TlsLog.Used(logger, owner, _file, PeerCheck.TextOf(value.Max(authority => authority.NotAfter)));

    private static bool IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(extension => extension.CertificateAuthority);
}
