using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Dams.Soap;

/// <summary>
/// The address of a service, for its WSDL and its help page. The path is the one where the service is mapped, in whatever letter case and
/// with whatever slash at the end the client wrote it.
/// </summary>
internal sealed class ServiceAddress(PathString path, SoapServiceOptions options)
{
    // The operator or the connection must vouch for an address that a client gets. It never comes from a header that anybody can write.
    // Forwarded headers of a trusted proxy have replaced the scheme, the host and the base of the path before.
    public string Of(HttpContext http)
    {
        if (options.PublicBaseUrl is { } publicBase)
            return publicBase.AbsoluteUri.TrimEnd('/') + path.ToUriComponent();
        var request = http.Request;
        var scheme = request.IsHttps ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;
        var localPath = request.PathBase.Add(path).ToUriComponent();
        return IsAllowed(request.Host, http.Connection.LocalIpAddress)
            && Uri.TryCreate($"{scheme}://{request.Host.Value}{localPath}", UriKind.Absolute, out var url)
            ? url.AbsoluteUri
            : $"{scheme}://{LocalHost(http.Connection).ToUriComponent()}{localPath}";
    }

    private static HostString LocalHost(ConnectionInfo connection)
    {
        var local = connection.LocalIpAddress ?? IPAddress.Loopback;
        return new HostString(
            local.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{local}]" : local.ToString(), connection.LocalPort);
    }

    private bool IsAllowed(HostString host, IPAddress? local) => host.HasValue
        && (host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Host, out var address) && (IPAddress.IsLoopback(address) || address.Equals(local)))
            || options.AllowedHosts.Any(allowed => allowed == "*"
                || allowed.Equals(host.Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase)));
}
