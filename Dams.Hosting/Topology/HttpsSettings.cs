namespace Dams.Hosting.Topology;

/// <summary>
/// The certificate that front ends show to clients. Each host has its own files; dams.json names them in the same way on all hosts.
/// </summary>
/// <param name="CertificateFile">The absolute path of the certificate, with its chain, as PEM.</param>
/// <param name="KeyFile">The absolute path of its key. It may be the same file.</param>
public sealed record HttpsSettings(string CertificateFile, string KeyFile);
