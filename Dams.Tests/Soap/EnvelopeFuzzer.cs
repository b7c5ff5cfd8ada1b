using System.Globalization;
using System.Text;
using Dams.Soap;

namespace Dams.Tests.Soap;

/// <summary>A message that the fuzzer has made.</summary>
/// <param name="Number">Its number. With the seed it fixes the message.</param>
/// <param name="Text">The envelope.</param>
/// <param name="Body">The envelope in the encoding of the content type, or nearly so.</param>
/// <param name="ContentType">The content type.</param>
/// <param name="Action">The SOAPAction; null if there is none.</param>
/// <param name="Version">The SOAP version of the content type.</param>
/// <param name="IsOriginal">Whether it is meant for the original contract.</param>
internal sealed record FuzzedEnvelope(
    int Number, string Text, byte[] Body, string ContentType, string? Action, SoapVersion Version, bool IsOriginal)
{
    public override string ToString() => $"DAMS_FUZZ_SEED={EnvelopeFuzzer.Seed} envelope {Number} ({ContentType}, {Action}):\n{Text}";
}

/// <summary>Makes valid envelopes, and mutates them by seed.</summary>
internal static class EnvelopeFuzzer
{
    private const string Declarations =
        " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\""
        + " xmlns:old=\"http://www.w3.org/1999/XMLSchema-instance\" xmlns:enc=\"http://schemas.xmlsoap.org/soap/encoding/\""
        + " xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\""
        + " xmlns:v=\"http://dams.example.org/appointments/v1\"";

    /// <summary>How many envelopes each test reads.</summary>
    public static readonly int Count =
        int.Parse(Environment.GetEnvironmentVariable("DAMS_FUZZ_ENVELOPES") ?? "10000", CultureInfo.InvariantCulture);

    public static readonly int Seed =
        int.Parse(Environment.GetEnvironmentVariable("DAMS_FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture);

    private static readonly string[] s_attributes =
    [
        " xsi:type=\"xsd:string\"", " old:type=\"xsd:string\"", " xsi:nil=\"true\"", " xsi:nil=\"false\"", " xsi:nil=\" 1 \"",
        " xsi:nil=\"0\"", " xsi:nil=\"x\"", " old:null=\"1\"", " xmlns=\"\"", " xmlns=\"urn:d\"", " xmlns:p=\"urn:p\"", " id=\"1\"",
        " id=\"o0\" enc:root=\"1\"", " wsu:Id=\"b\"", " href=\"#1\"", " s:encodingStyle=\"urn:e\"", " xml:lang=\"en\"",
        " xml:space=\"preserve\"", " s:mustUnderstand=\"1\"", " s:mustUnderstand=\"true\" s:actor=\"urn:a\"", " colour=\"red\"",
        " xsi:schemaLocation=\"a b\"", " enc:arrayType=\"xsd:string[1]\"", " a='>'", " a='\"&lt;'",
    ];

    private static readonly string[] s_pieces =
    [
        "<", ">", "/>", "</", "&", "&amp;", "&#65;", "&#0;", "&lt;x&gt;", "<!-- c -->", "<!--", "-->",
        "<![CDATA[MTL]]>", "<![CDATA[]]>", "<![CDATA[", "]]>", "<?pi x?>", " ", "\t", "\r\n", "\u00A0", "\u0000", "\uFFFE", "😀", "é",
        "\uD83D", "\uDE00", "'", "\"", "=", "<a/>", "<a>x</a>", "</a>", "<v:callerId>MTLA1234</v:callerId>",
        "<callerId>MTLA1234</callerId>", "<requestId>x</requestId>", "<requestId/>", "<requestId xsi:nil=\"true\"/>",
        "<requestId xsi:nil=\"1\">x</requestId>", "<requestId old:null=\"1\"/>", "<colour xsi:nil=\"true\"/>",
        "<requestId xmlns=\"\">x</requestId>", "<capacity>2</capacity>", "<s:Header/>",
        "<s:Header><h xmlns=\"urn:h\" s:mustUnderstand=\"1\"/></s:Header>", "<s:Body/>", "<arg0>MTLA1234</arg0>", "<arg3>2</arg3>",
        "Physician", "physician", "Dental", "2", "-1", "+7", "007", "2147483647", "2147483648", "1e3", "0x10",
        "MTLA1234", "QUEP0001", "SHEE290224", "", "<!DOCTYPE a>", "<!DOCTYPE a [<!ENTITY b \"c\">]>",
        "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>",
    ];

    private static readonly string[] s_actions =
    [
        "AddAppointment", "BookAppointment", "urn:AddAppointment", "http://dams.example.org/appointments/v1/SwapAppointment",
        "http://dams.example.org/appointments/v1#BookAppointment", "", "\"\"", "\"AddAppointment\"", "sayHello", "x y",
    ];

    /// <summary>Makes a message. It depends on its number and the seed alone, so that it can be repeated.</summary>
    public static FuzzedEnvelope Make(int number)
    {
        var random = new Random(unchecked(Seed * 1_000_003 + number));
        var version = random.Next(2) == 0 ? SoapVersion.Soap11 : SoapVersion.Soap12;
        var isOriginal = random.Next(5) == 0;
        var text = new StringBuilder(isOriginal ? Original(random, version) : Valid(random, version));
        for (var mutations = random.Next(4); mutations > 0; mutations--)
            Mutate(text, random);
        var envelope = text.ToString();
        var (body, charset) = Encode(random, ref envelope);
        var action = random.Next(10) == 0 ? Pick(random, s_actions) : null;
        var contentType = version.MediaType + charset;
        if (version == SoapVersion.Soap12 && action is not null)
            contentType += $"; action=\"{action.Trim('"')}\"";
        return new FuzzedEnvelope(number, envelope, body, contentType, action?.Trim('"'), version, isOriginal);
    }

    private static void Mutate(StringBuilder text, Random random)
    {
        var at = random.Next(text.Length + 1);
        switch (random.Next(10))
        {
            case 0:
                text.Insert(at, Pick(random, s_pieces));
                break;
            case 1:
                text.Remove(at, Math.Min(random.Next(1, 12), text.Length - at));
                break;
            case 2 when at < text.Length:
                text[at] = (char)random.Next(32, 127);
                break;
            case 3:
                InsertAtTag(text, random, Pick(random, s_pieces));
                break;
            case 4:
                ReplaceValue(text, random, Pick(random, s_pieces));
                break;
            case 5 or 6:
                InsertAtTag(text, random, Pick(random, s_attributes));
                break;
            case 7:
                Multiply(text, random);
                break;
            case 8:
                Move(text, random);
                break;
            default:
                var length = Math.Min(random.Next(1, 60), text.Length - at);
                text.Insert(random.Next(text.Length + 1), text.ToString(at, length));
                break;
        }
    }

    // Many of a kind: children, attributes, references, comments; sometimes more than the limits allow.
    private static void Multiply(StringBuilder text, Random random)
    {
        var count = random.Next(random.Next(4) == 0 ? 5000 : 100);
        var many = random.Next(5) switch
        {
            0 => string.Concat(Enumerable.Range(0, count).Select(i => $" xmlns:n{i}=\"u\"")),
            1 => string.Concat(Enumerable.Range(0, count).Select(i => $" n{i}=\"\"")),
            2 => string.Concat(Enumerable.Repeat("<requestId xsi:nil=\"true\"/>", count)),
            3 => string.Concat(Enumerable.Repeat(Pick(random, s_pieces), count)),
            _ => string.Concat(Enumerable.Repeat("<h xmlns=\"urn:h\"/>", count)),
        };
        InsertAtTag(text, random, many);
    }

    // One element changes its place, as in a message of a client that keeps no order.
    private static void Move(StringBuilder text, Random random)
    {
        var whole = text.ToString();
        var starts = new List<int>();
        for (var i = whole.IndexOf("><", StringComparison.Ordinal); i >= 0; i = whole.IndexOf("><", i + 1, StringComparison.Ordinal))
            starts.Add(i + 1);
        if (starts.Count < 3)
            return;
        var from = random.Next(starts.Count - 1);
        var piece = whole[starts[from]..starts[from + 1]];
        text.Remove(starts[from], piece.Length);
        text.Insert(Math.Min(Pick(random, starts), text.Length), piece);
    }

    private static (byte[] Body, string Charset) Encode(Random random, ref string text)
    {
        string Declared(string encoding, string text) =>
            text.StartsWith("<?xml", StringComparison.Ordinal) ? text : $"<?xml version=\"1.0\" encoding=\"{encoding}\"?>{text}";
        switch (random.Next(20))
        {
            case 0:
                return ([.. Encoding.UTF8.GetPreamble(), .. Encoding.UTF8.GetBytes(text)], "");
            case 1:
                text = Declared("utf-16", text);
                return ([.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(text)], "; charset=utf-16");
            case 2:
                text = Declared("UTF-16", text);
                return ([.. Encoding.BigEndianUnicode.GetPreamble(), .. Encoding.BigEndianUnicode.GetBytes(text)], "");
            case 3:
                return (Encoding.Unicode.GetBytes(text), random.Next(2) == 0 ? "; charset=utf-16le" : "");
            case 4:
                text = Declared(Pick(random, ["utf8", "utf-16", "us-ascii", "iso-8859-1", "klingon", "UTF-8"]), text);
                return (Encoding.UTF8.GetBytes(text), random.Next(2) == 0 ? "; charset=utf-8" : "");
            case 5:
                var bytes = Encoding.UTF8.GetBytes(text);
                if (bytes.Length > 0)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return (bytes, "; charset=utf-8");
            default:
                return (Encoding.UTF8.GetBytes(text), random.Next(2) == 0 ? "; charset=utf-8" : "");
        }
    }

    private static string Original(Random random, SoapVersion version)
    {
        string[] values = ["MTLA1234", "MTLP1234", "Physician", "MTLE210422", "", "2"];
        var (name, types) = random.Next(3) switch
        {
            0 => ("receiveRequestFromClient", "sssisi"),
            1 => ("receiveRequestForSwap", "ssssssi"),
            _ => ("sayHello", "s"),
        };
        var parts = types.Select((type, i) => $"<arg{i}>{(type == 'i' ? $"{random.Next(9)}" : Pick(random, values))}</arg{i}>");
        return Declare(SoapMessage.Envelope(
            $"<n:{name} xmlns:n=\"http://dams.ws.com/\">{string.Concat(parts)}</n:{name}>", version.Namespace));
    }

    /// <summary>A valid envelope of the appointment contract.</summary>
    public static string Valid(Random random, SoapVersion version)
    {
        string[] callers = ["MTLA1234", "MTLP1234", "QUEA0001", " shea9999 ", "SHEP0000"];
        string[] ids = ["MTLE210422", "QUEM010199", "shea290224"];
        string[] types = ["Physician", "Surgeon", "Dental"];
        (string, string)[] arguments = random.Next(7) switch
        {
            0 =>
            [
                ("AddAppointment", ""), ("callerId", Pick(random, callers)), ("appointmentId", Pick(random, ids)),
                ("appointmentType", Pick(random, types)), ("capacity", $"{random.Next(1, 5)}"),
            ],
            1 =>
            [
                ("RemoveAppointment", ""), ("callerId", Pick(random, callers)), ("appointmentId", Pick(random, ids)),
                ("appointmentType", Pick(random, types)),
            ],
            2 => [("ListAppointmentAvailability", ""), ("callerId", Pick(random, callers)), ("appointmentType", Pick(random, types))],
            3 =>
            [
                ("BookAppointment", ""), ("callerId", Pick(random, callers)), ("patientId", "MTLP1234"),
                ("appointmentId", Pick(random, ids)), ("appointmentType", Pick(random, types)),
            ],
            4 => [("GetAppointmentSchedule", ""), ("callerId", Pick(random, callers)), ("patientId", "MTLP1234")],
            5 =>
            [
                ("CancelAppointment", ""), ("callerId", Pick(random, callers)), ("patientId", "MTLP1234"),
                ("appointmentId", Pick(random, ids)),
            ],
            _ =>
            [
                ("SwapAppointment", ""), ("callerId", Pick(random, callers)), ("patientId", "MTLP1234"),
                ("oldAppointmentId", Pick(random, ids)), ("oldAppointmentType", Pick(random, types)),
                ("newAppointmentId", Pick(random, ids)), ("newAppointmentType", Pick(random, types)),
            ],
        };
        IEnumerable<(string, string)> parameters = arguments.Skip(1);
        if (random.Next(3) == 0)
        {
            var longest = string.Concat(Enumerable.Repeat("😀", 64));
            parameters = parameters.Append(("requestId", Pick(random, ["", "a", "b", new string('c', 64), longest])));
        }

        var call = BadInputTests.Call(arguments[0].Item1, [.. parameters]);
        var envelope = SoapMessage.Envelope(
            call, version.Namespace, random.Next(4) == 0 ? "<s:Header><h xmlns=\"urn:h\">x</h></s:Header>" : "");
        envelope = Declare(envelope);
        return random.Next(3) == 0
            ? "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + envelope.Replace("><", ">\n  <", StringComparison.Ordinal)
            : envelope;
    }

    private static string Declare(string envelope) =>
        envelope.Replace("<s:Envelope", "<s:Envelope" + Declarations, StringComparison.Ordinal);

    private static void InsertAtTag(StringBuilder text, Random random, string piece)
    {
        var ends = new List<int>();
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '>')
                ends.Add(i);
        }

        if (ends.Count > 0)
            text.Insert(Pick(random, ends) + (piece.StartsWith(' ') ? 0 : 1), piece);
    }

    private static void ReplaceValue(StringBuilder text, Random random, string piece)
    {
        var whole = text.ToString();
        var open = whole.IndexOf('>', random.Next(whole.Length));
        var close = open < 0 ? -1 : whole.IndexOf('<', open);
        if (close > open)
            text.Remove(open + 1, close - open - 1).Insert(open + 1, piece);
    }

    private static T Pick<T>(Random random, IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
