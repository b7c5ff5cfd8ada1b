using System.Xml;

namespace Dams.Soap;

/// <summary>The fault codes of SOAP, by their names in 1.2.</summary>
internal enum SoapFaultSide
{
    /// <summary>Client in SOAP 1.1.</summary>
    Sender,

    /// <summary>Server in SOAP 1.1.</summary>
    Receiver,

    /// <summary>A header that must be understood was not. The fault has no detail, because it is not about the body.</summary>
    MustUnderstand,

    /// <summary>The envelope is of another version. This fault has no detail either.</summary>
    VersionMismatch,
}

/// <summary>The reason why the host does not pass a message on.</summary>
/// <param name="Side">The fault code.</param>
/// <param name="Reason">Text for people, not yet cleaned.</param>
/// <param name="Field">The element that is wrong, or null.</param>
/// <param name="NotUnderstood">The headers that were not understood, for MustUnderstand.</param>
internal sealed record SoapRefusal(
    SoapFaultSide Side, string Reason, string? Field = null, IReadOnlyList<XmlQualifiedName>? NotUnderstood = null)
{
    // A reason has 300 characters. So a long name in it must leave room for what follows.
    private const int QuotedLengthMax = 64;

    /// <summary>The fault code of another specification, or null: the code in SOAP 1.1, a subcode in 1.2.</summary>
    public XmlQualifiedName? Code { get; init; }

    public static SoapRefusal Invalid(string reason, string? field = null) => new(SoapFaultSide.Sender, reason, field);

    /// <summary>Refuses a text that the parser does not take, and says where it is wrong.</summary>
    public static SoapRefusal NotWellFormed(string text, XmlException problem)
    {
        // Elsewhere, as in a CDATA section, it is text.
        if (text.Contains("<!DOCTYPE", StringComparison.Ordinal) && problem.Message.Contains("DTD", StringComparison.Ordinal))
            return Invalid("A document type declaration is not allowed.");
        if (text.AsSpan().Trim().IsEmpty)
            return Invalid("The message is empty.");

        // The parser's text ends with the position. It stands in front here, where it is never cut off.
        var place = $"line {problem.LineNumber}, position {problem.LinePosition}";
        var cause = problem.Message.Replace($" L{place[1..]}.", "", StringComparison.Ordinal);
        return Invalid($"The message is not well-formed XML, at {place}: {cause}");
    }

    /// <summary>Names the namespace of a client's element, as the end of the sentence "… is in".</summary>
    public static string Namespace(string name) => name.Length == 0 ? "no namespace" : $"the namespace {Quoted(name)}";

    /// <summary>Puts a client's text in quotes, cut to the length that leaves room for the rest of a reason.</summary>
    public static string Quoted(string text) => text.Length <= QuotedLengthMax ? $"'{text}'" : $"'{text.AsSpan(0, QuotedLengthMax)}…'";
}
