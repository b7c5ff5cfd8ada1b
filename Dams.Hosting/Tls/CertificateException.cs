namespace Dams.Hosting.Tls;

/// <summary>A certificate, or the file of one, can't be used. The message is a sentence for an operator, and contains no key.</summary>
/// <param name="problem">The problem: what is wrong, where, and what to do.</param>
/// <param name="cause">The system's own report; null if there is none.</param>
public sealed class CertificateException(string problem, Exception? cause = null) : Exception(problem, cause);
