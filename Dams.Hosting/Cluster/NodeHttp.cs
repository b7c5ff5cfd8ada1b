using Dams.Hosting.Tls;

namespace Dams.Hosting.Cluster;

/// <summary>HTTP between the processes of a cluster.</summary>
public static class NodeHttp
{
    // After this time a connection is made anew, so that both sides look at the certificates again.
    private static readonly TimeSpan s_connectionMax = TimeSpan.FromMinutes(10);

    // A process that takes a connection and does not go on with the handshake must not hold up its caller's next attempts.
    private static readonly TimeSpan s_connectMax = TimeSpan.FromSeconds(5);

    /// <summary>Makes a handler that reaches the cluster's own processes, without a proxy and without following redirections.</summary>
    /// <param name="tls">TLS of the cluster; null if it has none.</param>
    public static SocketsHttpHandler CreateHandler(NodeTls? tls)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            PooledConnectionLifetime = s_connectionMax,
            ConnectTimeout = s_connectMax,
        };
        if (tls is not null)
            handler.ConnectCallback = tls.ConnectAsync;
        return handler;
    }
}
