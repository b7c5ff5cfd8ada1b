using System.Xml;

namespace Dams.Soap.Security;

/// <summary>The names of WS-Security 1.0 and 1.1 (OASIS). The drafts before them had other namespaces, and are not understood.</summary>
internal static class SecurityNames
{
    /// <summary>The namespace of the header, its tokens and its fault codes.</summary>
    public const string Extension = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

    /// <summary>The namespace of times.</summary>
    public const string Utility = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

    /// <summary>The local name of the header.</summary>
    public const string Header = "Security";

    /// <summary>The local name of the token.</summary>
    public const string UsernameToken = "UsernameToken";

    /// <summary>The local name of the element with the times of a message.</summary>
    public const string Timestamp = "Timestamp";

    /// <summary>The local name of the time at which a message or a token was made.</summary>
    public const string Created = "Created";

    /// <summary>The local name of the time at which a message ends to be valid.</summary>
    public const string Expires = "Expires";

    private const string Profile = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#";

    /// <summary>The type of a password that is sent as it is. It is the default.</summary>
    public const string PasswordText = Profile + "PasswordText";

    /// <summary>The type of a password that is sent as a digest of itself, the nonce and the time.</summary>
    public const string PasswordDigest = Profile + "PasswordDigest";

    /// <summary>The fault code of a header that breaks a rule.</summary>
    public static readonly XmlQualifiedName InvalidSecurity = new("InvalidSecurity", Extension);

    /// <summary>The fault code of a token that this service does not take.</summary>
    public static readonly XmlQualifiedName UnsupportedSecurityToken = new("UnsupportedSecurityToken", Extension);

    /// <summary>The fault code of a wrong user name or password.</summary>
    public static readonly XmlQualifiedName FailedAuthentication = new("FailedAuthentication", Extension);

    /// <summary>The fault code of a message that comes too late.</summary>
    public static readonly XmlQualifiedName MessageExpired = new("MessageExpired", Utility);
}
