using System.Xml;

namespace Dams.Soap;

/// <summary>Collects the headers of a message that must be understood. The service understands none. One user at a time.</summary>
internal sealed class HeaderCheck(SoapVersion version)
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

    /// <summary>Notes the header at which the reader is.</summary>
    public void Note(XmlReader reader)
    {
        if (!MustBeUnderstood(reader))
            return;
        var name = new XmlQualifiedName(reader.LocalName, reader.NamespaceURI);
        _first ??= SoapRefusal.Quoted(name.ToString());
        _room -= name.Name.Length + name.Namespace.Length;
        if (_room >= 0)
            (_listed ??= []).Add(name);
    }

    private bool MustBeUnderstood(XmlReader reader) =>
        reader.GetAttribute("mustUnderstand", version.Namespace)?.Trim() is "1" or "true"
        && (reader.GetAttribute(version.RoleAttribute, version.Namespace)?.Trim() is not { Length: > 0 } role
            || version.OwnRoles.Contains(role));
}
