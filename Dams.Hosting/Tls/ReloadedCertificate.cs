using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Tls;

/// <summary>A certificate with its key, in PEM files that are read again when they change. The two may be one file.</summary>
/// <remarks>Thread: as for <see cref="ReloadedPem{T}"/>.</remarks>
public sealed class ReloadedCertificate : ReloadedPem<SslStreamCertificateContext>
{
    /// <summary>A certificate that ends within this time is an alarm: time enough to renew it without haste.</summary>
    public static readonly TimeSpan AlarmTime = TimeSpan.FromDays(30);

    private readonly string _file;
    private readonly string _keyFile;
    private readonly bool _isGroupAllowed;
    private readonly string _owner;

    private ReloadedCertificate(string owner, string file, string keyFile, bool isGroupAllowed, ILogger logger)
        : base(owner, logger)
    {
        _owner = owner;
        _file = file;
        _keyFile = keyFile;
        _isGroupAllowed = isGroupAllowed;
    }

    /// <summary>Reads the files.</summary>
    /// <param name="owner">The owner of the certificate, for messages.</param>
    /// <param name="file">The certificate, and the certificates of its chain after it.</param>
    /// <param name="keyFile">The key.</param>
    /// <param name="isGroupAllowed">Whether the group of the key's file may read it.</param>
    /// <param name="logger">Receives a line for each change, and for each problem.</param>
    /// <exception cref="CertificateException">They can't be used.</exception>
    public static ReloadedCertificate Open(string owner, string file, string keyFile, bool isGroupAllowed, ILogger logger)
    {
        var opened = new ReloadedCertificate(owner, file, keyFile, isGroupAllowed, logger);
        opened.Open();
        return opened;
    }

    /// <summary>The alarms for an operator: a file that can't be used, and a certificate that ends soon or has ended.</summary>
    /// <param name="now">The present time.</param>
    public IEnumerable<string> Alarms(DateTimeOffset now)
    {
        if (Problem is { } problem)
            yield return $"the certificate of {_owner} can't be changed, so the earlier one stays in use: {problem}";
        if (Ending(now) is { } ending)
            yield return ending;
    }

    /// <summary>A sentence about the end of the certificate, if it is near or over.</summary>
    internal string? Ending(DateTimeOffset now) =>
        EndOf(Current.TargetCertificate, now) is { } end ? $"the certificate of {_owner} {end}: renew {_file}" : null;

    /// <summary>Says when a certificate ends, if it ends within <see cref="AlarmTime"/> or has ended; null for others.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="now">The present time.</param>
    public static string? EndOf(X509Certificate2 certificate, DateTimeOffset now)
    {
        var end = certificate.NotAfter.ToUniversalTime();
        return end < now.UtcDateTime ? $"has ended on {PeerCheck.TextOf(end)}"
            : end < now.UtcDateTime + AlarmTime ? $"ends on {PeerCheck.TextOf(end)}"
            : null;
    }

    private protected override string[] ReadTexts() =>
    [
        PemFile.Read(_file, hasKey: _file == _keyFile, _isGroupAllowed),
        .. _file == _keyFile ? [] : new[] { PemFile.Read(_keyFile, hasKey: true, _isGroupAllowed) },
    ];

    private protected override SslStreamCertificateContext Parse(string[] texts) => PemFile.WithKey(texts[0], texts[^1], _file, _keyFile);

    private protected override void OnUsed(ILogger logger, string owner, SslStreamCertificateContext value) =>
        TlsLog.Used(logger, owner, _file, PeerCheck.TextOf(value.TargetCertificate.NotAfter));
}
