using System.Net;
using System.Net.Sockets;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dams.Tests.Hosting;

public sealed class PlainAddressesTests
{
    [TestCase("::", "127.0.0.1")]
    [TestCase("::", "::1")]
    [TestCase("::1", "::1")]
    public async Task A_server_of_both_families_knows_addresses_of_IPv4_in_their_own_form(string listen, string connect)
    {
        // Port 0 can't be bound for both families at once, so a port is looked for.
        var port = FreePort();
        await using var web = NodeWeb.CreateBuilder(
            NullLoggerFactory.Instance, new ClusterLimits(), new NodeAddress(IPAddress.Parse(listen), port)).Build();
        web.MapGet("/", http => http.Response.WriteAsync($"{http.Connection.RemoteIpAddress} {http.Connection.LocalIpAddress}"));
        await web.StartAsync();
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var uri = new PeerAddress(HostAddress.Parse(connect)!, port).ToHttpUri();
        Assert.That(await client.GetStringAsync(uri), Is.EqualTo($"{connect} {connect}"));
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
