using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Dams.Hosting.Topology;

/// <summary>The address at which other machines reach a host: IPv4, IPv6, or a DNS name. Two are equal if their texts are.</summary>
public sealed partial record HostAddress
{
    private const int NameLengthMax = 253;

    private HostAddress(string text, IPAddress? ip) => (Text, Ip) = (text, ip);

    /// <summary>The form that an address must have, for messages.</summary>
    internal const string Expected = "an IPv4 address such as 10.20.1.10, an IPv6 address such as fd00::10, or a DNS name";

    /// <summary>The address or name. An IPv6 address has no brackets; a name is in lower case.</summary>
    public string Text { get; }

    /// <summary>The address; null if it is a name, which must be looked up.</summary>
    public IPAddress? Ip { get; }

    /// <summary>Whether only this machine is reached by it. A name is taken for loopback only if it must be (RFC 6761).</summary>
    public bool IsLoopback => Ip is { } ip
        ? IPAddress.IsLoopback(ip)
        : Text == "localhost" || Text.EndsWith(".localhost", StringComparison.Ordinal);

    /// <summary>The address or name as it stands in a URI: an IPv6 address in brackets.</summary>
    public string UriHost => Ip is { AddressFamily: AddressFamily.InterNetworkV6 } ? $"[{Text}]" : Text;

    /// <summary>An address that is known.</summary>
    public static HostAddress Of(IPAddress address) => new(address.ToString(), address);

    /// <summary>
    /// Reads an address in its usual form, or a name; null for anything else. A shorter form of an address may mean another one than
    /// people think: 10.1 is 10.0.0.1. So it is neither an address nor a name.
    /// </summary>
    public static HostAddress? Parse(string text)
    {
        if (IPAddress.TryParse(text, out var address))
            return address.ToString() == text && IsOfOneHost(address) ? new HostAddress(text, address) : null;
        return text.Length <= NameLengthMax && Name().IsMatch(text) && !Number().IsMatch(text)
            ? new HostAddress(text.ToLowerInvariant(), null)
            : null;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    // An address of IPv4 that is written as one of IPv6 would be another text for the same host.
    private static bool IsOfOneHost(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? address.GetAddressBytes()[0] is > 0 and < 224
        : !address.Equals(IPAddress.IPv6Any) && !address.IsIPv4MappedToIPv6 && !address.IsIPv6Multicast && !address.IsIPv6LinkLocal;

    [GeneratedRegex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\z",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Name();

    // Systems take a name that ends like this for a number, and so for an address.
    [GeneratedRegex("(^|\\.)([0-9]+|0x[0-9a-f]*)\\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Number();
}
