namespace Dams.Hosting.Topology;

/// <summary>The address and port at which others reach a process. The process may listen elsewhere: see <see cref="ClusterHost"/>.</summary>
/// <param name="Host">The address or name of its host.</param>
/// <param name="Port">1 to 65,535.</param>
public sealed record PeerAddress(HostAddress Host, int Port)
{
    /// <summary>The root of what is served there by HTTP, without a slash at the end.</summary>
    public Uri ToHttpUri() => new($"http://{this}", UriKind.Absolute);

    /// <summary><c>address:port</c>, with an IPv6 address in brackets.</summary>
    public override string ToString() => $"{Host.UriHost}:{Port}";
}
