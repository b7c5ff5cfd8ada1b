using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;

namespace Dams.Soap.Security;

/// <summary>
/// The <c>wsse:Security</c> header of one message, as far as this service understands it: a UsernameToken and a Timestamp. It remembers
/// the first breach of a rule, and never quotes what a token has in it. One user at a time.
/// </summary>
internal sealed partial class SecurityHeader
{
    /// <summary>The longest user name, in characters.</summary>
    public const int UserLengthMax = 128;

    /// <summary>The longest password, in characters.</summary>
    public const int PasswordLengthMax = 1024;

    private const int NonceLengthMax = 256;
    private const int TimeLengthMax = 64;
    private const string Digest =
        "A PasswordDigest can't be checked, because this service keeps no password in clear. "
        + "Send the password as PasswordText, over HTTPS.";

    private string? _password;

    /// <summary>Whether the message has the header for this service. The answer has one then, too.</summary>
    public bool IsPresent { get; private set; }

    /// <summary>The first thing that is wrong with the header, or null.</summary>
    public SoapRefusal? Refusal { get; private set; }

    /// <summary>Whether the header has a UsernameToken.</summary>
    public bool HasToken { get; private set; }

    /// <summary>The user name of the token; not null if there is a token and no refusal.</summary>
    public string? User { get; private set; }

    /// <summary>The password of the token; not null if there is a token and no refusal.</summary>
    public string? Password => _password;

    /// <summary>The nonce of the token, or null.</summary>
    public string? Nonce { get; private set; }

    /// <summary>The time of the token, or null. A token with a nonce has one.</summary>
    public DateTimeOffset? TokenCreated { get; private set; }

    /// <summary>The time at which the message was made; null if there is no Timestamp.</summary>
    public DateTimeOffset? Created { get; private set; }

    /// <summary>The time at which the message ends to be valid, or null.</summary>
    public DateTimeOffset? Expires { get; private set; }

    private bool HasTimestamp { get; set; }

    /// <summary>Whether the reader is at such a header.</summary>
    public static bool IsAt(XmlReader reader) =>
        reader.LocalName == SecurityNames.Header && reader.NamespaceURI == SecurityNames.Extension;

    /// <summary>Reads a header that is for this service; leaves the reader at its end.</summary>
    /// <param name="reader">The reader, at the start of the header.</param>
    /// <param name="mustUnderstand">Whether all that the header has in it must be understood.</param>
    public void Read(XmlReader reader, bool mustUnderstand)
    {
        if (IsPresent)
            Refuse("The message has two Security headers for this service; send one.", SecurityNames.Header);
        IsPresent = true;
        ForEachChild(reader, () =>
        {
            var (name, found) = (reader.LocalName, reader.NamespaceURI);
            if (name == SecurityNames.UsernameToken && found == SecurityNames.Extension)
                ReadToken(reader);
            else if (name == SecurityNames.Timestamp && found == SecurityNames.Utility)
                ReadTimestamp(reader);
            else
            {
                // The client relies on it, as on a signature. Without mustUnderstand, HTTPS alone protects the message.
                if (mustUnderstand)
                {
                    Refuse(
                        $"The Security header must be understood, but has the element {SoapRefusal.Quoted(name)} in it. "
                        + "This service understands UsernameToken and Timestamp.",
                        name,
                        SecurityNames.UnsupportedSecurityToken);
                }

                Skip(reader);
            }
        });
    }

    private void ReadToken(XmlReader reader)
    {
        if (HasToken)
            RefuseTwice(SecurityNames.Header, SecurityNames.UsernameToken);
        HasToken = true;
        string? user = null, nonce = null, created = null;
        ForEachChild(reader, () =>
        {
            switch (reader.LocalName, reader.NamespaceURI)
            {
                case ("Username", SecurityNames.Extension):
                    ReadOnce(reader, SecurityNames.UsernameToken, ref user);
                    break;
                case ("Password", SecurityNames.Extension):
                    CheckType(reader.GetAttribute("Type")?.Trim());
                    ReadOnce(reader, SecurityNames.UsernameToken, ref _password);
                    break;
                case ("Nonce", SecurityNames.Extension):
                    ReadOnce(reader, SecurityNames.UsernameToken, ref nonce);
                    break;
                case (SecurityNames.Created, SecurityNames.Utility):
                    ReadOnce(reader, SecurityNames.UsernameToken, ref created);
                    break;
                default:
                    Skip(reader);
                    break;
            }
        });
        User = Bounded(user?.Trim(), "Username", UserLengthMax);
        _password = Bounded(_password, "Password", PasswordLengthMax);
        TokenCreated = TimeOf(created, SecurityNames.UsernameToken, SecurityNames.Created);
        if (nonce is null)
            return;
        Nonce = Bounded(nonce.Trim(), "Nonce", NonceLengthMax);
        if (created is null)
        {
            Refuse(
                "The UsernameToken has a Nonce but no Created. A nonce can't be remembered for ever; send wsu:Created beside it.",
                SecurityNames.Created);
        }
    }

    private void CheckType(string? type)
    {
        if (type == SecurityNames.PasswordDigest)
            Refuse(Digest, "Password", SecurityNames.UnsupportedSecurityToken);
        else if (type is not (null or "" or SecurityNames.PasswordText))
        {
            Refuse(
                $"The Password has the Type {SoapRefusal.Quoted(type)}. Send it as PasswordText: {SecurityNames.PasswordText}",
                "Password",
                SecurityNames.UnsupportedSecurityToken);
        }
    }

    private void ReadTimestamp(XmlReader reader)
    {
        if (HasTimestamp)
            RefuseTwice(SecurityNames.Header, SecurityNames.Timestamp);
        HasTimestamp = true;
        string? created = null, expires = null;
        ForEachChild(reader, () =>
        {
            switch (reader.LocalName, reader.NamespaceURI)
            {
                case (SecurityNames.Created, SecurityNames.Utility):
                    ReadOnce(reader, SecurityNames.Timestamp, ref created);
                    break;
                case (SecurityNames.Expires, SecurityNames.Utility):
                    ReadOnce(reader, SecurityNames.Timestamp, ref expires);
                    break;
                default:
                    Skip(reader);
                    break;
            }
        });
        if (created is null)
            Refuse("The Timestamp has no Created.", SecurityNames.Created);
        Created = TimeOf(created, SecurityNames.Timestamp, SecurityNames.Created);
        Expires = TimeOf(expires, SecurityNames.Timestamp, SecurityNames.Expires);
    }

    private string? Bounded(string? text, string name, int lengthMax)
    {
        if (text is null)
            Refuse($"The UsernameToken has no {name}.", name);
        else if (text.Length == 0)
            Refuse($"The {name} of the UsernameToken is empty.", name);
        else if (text.Length > lengthMax)
            Refuse(string.Create(CultureInfo.InvariantCulture, $"The {name} has more than {lengthMax} characters."), name);
        return text;
    }

    // xs:dateTime with a time zone: without one, two readers would take it for two times.
    private DateTimeOffset? TimeOf(string? text, string element, string name)
    {
        if (text is null)
            return null;
        var trimmed = text.Trim();
        if (trimmed.Length <= TimeLengthMax && DateTimeWithZone().IsMatch(trimmed))
        {
            try
            {
                return XmlConvert.ToDateTimeOffset(trimmed);
            }
            catch (Exception problem) when (problem is FormatException or ArgumentOutOfRangeException)
            {
                // Such as a thirteenth month: it is refused below.
            }
        }

        Refuse(
            $"{name} of the {element} is {SoapRefusal.Quoted(trimmed)}; expected a time with a zone, such as 2026-04-21T09:30:00Z.", name);
        return null;
    }

    private void ReadOnce(XmlReader reader, string parent, ref string? value)
    {
        var name = reader.LocalName;
        if (value is not null)
            RefuseTwice(parent, name);
        value = TextOf(reader, name);
    }

    // Leaves the reader at the element's end.
    private string TextOf(XmlReader reader, string name)
    {
        var text = new StringBuilder();
        if (reader.IsEmptyElement)
            return "";
        var depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
        {
            if (reader.NodeType == XmlNodeType.Element)
                Refuse($"{name} has an element in it; send plain text.", name);
            else
                text.Append(reader.Value);
        }

        return text.ToString();
    }

    // The action leaves the reader at the child's end, and this method at the element's own.
    private static void ForEachChild(XmlReader reader, Action onChild)
    {
        if (reader.IsEmptyElement)
            return;
        var depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
        {
            if (reader.NodeType == XmlNodeType.Element)
                onChild();
        }
    }

    /// <summary>Moves to the end of the element at which the reader is.</summary>
    public static void Skip(XmlReader reader) => ForEachChild(reader, static () => { });

    private void RefuseTwice(string parent, string name) => Refuse($"The {parent} has two {name} elements; send one.", name);

    private void Refuse(string reason, string field, XmlQualifiedName? code = null) =>
        Refusal ??= SoapRefusal.Invalid(reason, field) with { Code = code ?? SecurityNames.InvalidSecurity };

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\z", RegexOptions.CultureInvariant | RegexOptions.ECMAScript)]
    private static partial Regex DateTimeWithZone();
}
