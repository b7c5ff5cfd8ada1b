using System.Net;
using System.Net.Security;
using Dams.Hosting.Web;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Dams.Hosting.Tls;

/// <summary>How a server speaks TLS. The options are made anew for each connection, so a changed certificate counts at once.</summary>
/// <param name="optionsFor">Makes the options for a connection of the client at this address.</param>
public sealed class ServerTls(Func<EndPoint?, SslServerAuthenticationOptions> optionsFor)
{
    /// <summary>
    /// Makes an address speak TLS. HTTP/1.1 only: SOAP stacks speak it, and with HTTP/2 a single connection has a hundred requests, which
    /// would pass by the bounds that count connections.
    /// </summary>
    internal void Apply(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = handshake => ValueTask.FromResult(optionsFor(handshake.Connection.RemoteEndPoint)),
            HandshakeTimeout = NodeWeb.HeadPatience,
        });
    }
}
