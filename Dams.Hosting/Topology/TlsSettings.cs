namespace Dams.Hosting.Topology;

/// <summary>Where the certificates are with which the processes of a cluster know each other.</summary>
/// <param name="Folder">
/// The absolute path of the folder. On each host it has the certificate of the cluster's authority, and that of the host with its key.
/// </param>
public sealed record TlsSettings(string Folder)
{
    /// <summary>The certificates of the cluster's authorities: one, or the old and the new one.</summary>
    public string AuthorityFile => Path.Combine(Folder, "ca.pem");

    /// <summary>Where the key of the authority is, if it is not kept elsewhere. No process reads it.</summary>
    public string AuthorityKeyFile => Path.Combine(Folder, "ca.key");

    /// <summary>The certificate of a host, with its key. They are one file, so that both change at once.</summary>
    /// <param name="host">The name of the host.</param>
    public string FileOf(string host) => Path.Combine(Folder, host + ".pem");
}
