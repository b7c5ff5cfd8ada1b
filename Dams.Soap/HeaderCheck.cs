using System.Xml;
using Dams.Soap.Security;

namespace Dams.Soap;

/// <summary>
/// Takes the headers of a message, and collects those that must be understood and are not. One user at a time.
/// </summary>
/// <param name="version">The version of the message.</param>
/// <param name="security">Takes the security header. Null if the service understands none.</param>
internal sealed class HeaderCheck(SoapVersion version, SecurityHeader? security)
{
    /// <summary>Headers beyond so many characters of names and namespaces are left out of the fault, so that it stays short.</summary>
    private const int CharactersMax = 2048;

    private List<XmlQualifiedName>? _listed;
    private int _room = CharactersMax;
    private string? _first;

    /// <summary>The refusal of the headers so far, or null.</summary>
    public SoapRefusal? Refusal => _first is null
        ? null
        : new SoapRefusal(
            SoapFaultSide.MustUnderstand,
            $"The header {_first} must be understood, but this service does not understand it.",
            null,
            _listed);

    /// <summary>Takes the header at which the reader is; leaves the reader at its end.</summary>
    public void Take(XmlReader reader)
    {
        if (security is not null && SecurityHeader.IsAt(reader) && IsForThis(reader))
            security.Read(reader, MustUnderstand(reader));
        else
        {
            Note(reader);
            SecurityHeader.Skip(reader);
        }
    }

    private void Note(XmlReader reader)
    {
        if (!MustUnderstand(reader) || !IsForThis(reader))
            return;
        var name = new XmlQualifiedName(reader.LocalName, reader.NamespaceURI);
        _first ??= SoapRefusal.Quoted(name.ToString());
        _room -= name.Name.Length + name.Namespace.Length;
        if (_room >= 0)
            (_listed ??= []).Add(name);
    }

    private bool MustUnderstand(XmlReader reader) =>
        reader.GetAttribute("mustUnderstand", version.Namespace)?.Trim() is "1" or "true";

    private bool IsForThis(XmlReader reader) =>
        reader.GetAttribute(version.RoleAttribute, version.Namespace)?.Trim() is not { Length: > 0 } role
            || version.OwnRoles.Contains(role);
}
