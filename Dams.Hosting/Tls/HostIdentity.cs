using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Dams.Hosting.Tls;

/// <summary>
/// The identity of a host of a cluster. Its certificate has it as a URI among the alternative names: <c>dams://CLUSTER/HOST</c>. The
/// certificate's other names are for clients. They never count between the processes of a cluster.
/// </summary>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Host">The host's name in dams.json.</param>
public sealed record HostIdentity(string Cluster, string Host)
{
    private const string Scheme = "dams://";

    /// <summary>The choice uniformResourceIdentifier of GeneralName (RFC 5280, section 4.2.1.6).</summary>
    internal static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    /// <summary>The identity as a URI, in its only form.</summary>
    public override string ToString() => $"{Scheme}{Cluster}/{Host}";

    /// <summary>Reads the identity of a certificate. Null if it has none, more than one, or one in another form.</summary>
    public static HostIdentity? Find(X509Certificate2 certificate)
    {
        var uris = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(UrisOf)
            .Where(uri => uri.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            .ToList();
        return uris.Count == 1 ? Parse(uris[0]) : null;
    }

    private static HostIdentity? Parse(string uri)
    {
        if (!uri.StartsWith(Scheme, StringComparison.Ordinal))
            return null;
        var parts = uri[Scheme.Length..].Split('/');
        return parts.Length == 2 && parts.All(part => part.Length > 0) ? new HostIdentity(parts[0], parts[1]) : null;
    }

    private static List<string> UrisOf(X509SubjectAlternativeNameExtension extension)
    {
        var uris = new List<string>();
        try
        {
            var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                if (names.PeekTag().HasSameClassAndValue(UriTag))
                    uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, UriTag));
                else
                    names.ReadEncodedValue();
            }

            return uris;
        }
        catch (AsnContentException)
        {
            // The names can't be read, so none counts.
            return [];
        }
    }
}
