using System.Text;
using System.Xml;
using Dams.Soap.Security;

namespace Dams.Soap;

/// <summary>
/// The fast path for messages: one pass that takes the values of a well-formed, plain, valid request straight from the text. It leaves
/// anything unusual to <see cref="MessageValidator"/>: <c>xsi:nil</c>, a header that must be understood, an element out of place. The
/// validator accepts every message that the fast path accepts, and says what is wrong with an invalid one.
/// </summary>
internal static class MessageReader
{
    /// <summary>No DTD and nothing external; comments and processing instructions are skipped.</summary>
    public static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CheckCharacters = true,
        CloseInput = false,
    };

    /// <summary>
    /// Reads a call; false if the validator must look at the message. It leaves a security header to the validator, too, if the service
    /// understands one (<paramref name="security"/>).
    /// </summary>
    public static bool TryRead(
        SoapContract contract, SoapVersion version, string text, string? action, int depthMax, out SoapCall? call,
        SecurityHeader? security = null)
    {
        call = null;
        if (MessageBounds.Check(text, depthMax) is not null)
            return false;
        try
        {
            using var reader = XmlReader.Create(new StringReader(text), Settings);
            return TryRead(new Pass(contract, version, action, reader, security is not null), out call);
        }
        catch (XmlException)
        {
            call = null;
            return false;
        }
    }

    private static bool TryRead(in Pass pass, out SoapCall? call)
    {
        call = null;
        var reader = pass.Reader;
        if (!pass.ToElement() || reader.LocalName != "Envelope" || reader.NamespaceURI != pass.Version.Namespace || reader.IsEmptyElement)
            return false;
        if (!pass.ToElement())
            return false;
        if (pass.IsAt("Header"))
        {
            if (!pass.SkipHeader() || !pass.ToElement())
                return false;
        }

        if (!pass.IsAt("Body") || reader.IsEmptyElement || !pass.ToElement())
            return false;
        if (!pass.Contract.TryFind(reader.LocalName, reader.NamespaceURI, out var operation)
            || !operation.AcceptsAction(pass.Action)
            || !pass.HasPlainAttributes()
            || !TryReadArguments(pass, operation, out var arguments)
            || !pass.ToEnd()
            || !pass.ToEnd())
        {
            return false;
        }

        // Only white space may follow. Reading on also finds out whether the message is well-formed to its end.
        while (reader.Read())
        {
            if (reader.NodeType is not (XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace))
                return false;
        }

        call = new SoapCall(operation, arguments);
        return true;
    }

    // Leaves the reader at the wrapper's end (or at the wrapper itself if that is an empty element).
    private static bool TryReadArguments(in Pass pass, SoapOperation operation, out object?[] arguments)
    {
        var reader = pass.Reader;
        var parameters = operation.Parameters;
        arguments = new object?[parameters.Count];
        var next = 0;
        if (!reader.IsEmptyElement)
        {
            while (true)
            {
                if (!pass.ToContent())
                    return false;
                if (reader.NodeType == XmlNodeType.EndElement)
                    break;
                if (reader.NodeType != XmlNodeType.Element || reader.NamespaceURI != operation.ParameterNamespace)
                    return false;
                while (next < parameters.Count && parameters[next].Name != reader.LocalName)
                {
                    if (!parameters[next].IsOptional)
                        return false;
                    arguments[next] = parameters[next].Absent;
                    next++;
                }

                if (next == parameters.Count
                    || !pass.HasPlainAttributes()
                    || !pass.TryText(out var text)
                    || !parameters[next].TryParse(text, out arguments[next]))
                {
                    return false;
                }

                next++;
            }
        }

        for (; next < parameters.Count; next++)
        {
            if (!parameters[next].IsOptional)
                return false;
            arguments[next] = parameters[next].Absent;
        }

        return true;
    }

    private readonly struct Pass(SoapContract contract, SoapVersion version, string? action, XmlReader reader, bool understandsSecurity)
    {
        public SoapContract Contract { get; } = contract;

        public SoapVersion Version { get; } = version;

        public string? Action { get; } = action;

        public XmlReader Reader { get; } = reader;

        private bool UnderstandsSecurity { get; } = understandsSecurity;

        public bool IsAt(string name) => Reader.LocalName == name && Reader.NamespaceURI == Version.Namespace;

        /// <summary>Moves to the next node that is not white space; false at the end of the text.</summary>
        public bool ToContent()
        {
            while (Reader.Read())
            {
                switch (Reader.NodeType)
                {
                    case XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace or XmlNodeType.XmlDeclaration:
                        continue;
                    default:
                        return true;
                }
            }

            return false;
        }

        public bool ToElement() => ToContent() && Reader.NodeType == XmlNodeType.Element;

        public bool ToEnd() => ToContent() && Reader.NodeType == XmlNodeType.EndElement;

        /// <summary>Moves past the headers; false if the validator must decide about them.</summary>
        public bool SkipHeader()
        {
            if (Reader.IsEmptyElement)
                return true;
            var depth = Reader.Depth;
            while (Reader.Read())
            {
                if (Reader.NodeType == XmlNodeType.Element && Reader.Depth == depth + 1
                    && ((UnderstandsSecurity && SecurityHeader.IsAt(Reader)) || MustBeUnderstood()))
                {
                    return false;
                }

                if (Reader.Depth == depth + 1 && Reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA)
                    return false;
                if (Reader.NodeType == XmlNodeType.EndElement && Reader.Depth == depth)
                    return true;
            }

            return false;
        }

        // The validator decides whether the header really must be understood, and whether it is for this service.
        private bool MustBeUnderstood()
        {
            if (!Reader.MoveToFirstAttribute())
                return false;
            var must = false;
            do
                must |= Reader.LocalName == "mustUnderstand";
            while (Reader.MoveToNextAttribute());
            Reader.MoveToElement();
            return must;
        }

        /// <summary>Whether the element has no attribute that matters.</summary>
        public bool HasPlainAttributes()
        {
            if (!Reader.MoveToFirstAttribute())
                return true;
            var plain = true;
            do
                plain &= MessageAttributes.IsIdle(Reader.NamespaceURI, Reader.LocalName);
            while (Reader.MoveToNextAttribute());
            Reader.MoveToElement();
            return plain;
        }

        /// <summary>Reads the text of an element that has no child elements; leaves the reader at its end.</summary>
        public bool TryText(out string text)
        {
            text = "";
            if (Reader.IsEmptyElement)
                return true;
            StringBuilder? several = null;
            while (Reader.Read())
            {
                switch (Reader.NodeType)
                {
                    case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                        if (text.Length == 0 && several is null)
                            text = Reader.Value;
                        else
                            (several ??= new StringBuilder(text)).Append(Reader.Value);
                        continue;
                    case XmlNodeType.EndElement:
                        text = several?.ToString() ?? text;
                        return true;
                    default:
                        return false;
                }
            }

            return false;
        }
    }
}
