using System.Net;
using System.Text;

namespace Dams.Tests.Soap;

/// <summary>Bad input: each row is one request, and the answer that it must get.</summary>
public sealed class BadInputTests
{
    private const string V1 = SoapMessage.V1;
    private const string Xml = "text/xml; charset=utf-8";
    private const string Xml12 = "application/soap+xml; charset=utf-8";
    private const string Nil = "xsi:nil='true' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'";
    private SoapTestServer _server = null!;

    [OneTimeSetUp]
    public async Task Start() => _server = await SoapTestServer.StartAsync(new DictionaryExecutor());

    [OneTimeTearDown]
    public async Task Stop() => await _server.DisposeAsync();

    [TestCaseSource(nameof(Rows))]
    public async Task Bad_input_is_answered_with_the_fault_that_names_it(BadInput row)
    {
        using var request = SoapMessage.Post(_server.AppointmentService, row.Body, row.ContentType, row.Action);
        foreach (var (name, value) in row.Headers)
            request.Content!.Headers.TryAddWithoutValidation(name, value);
        var answer = await SoapMessage.SendAsync(_server, request);
        Assert.That((int)answer.Status, Is.EqualTo(row.Status), answer.Text);
        Assert.That(answer.Text, Does.Not.Contain("Exception").And.Not.Contain("   at ").And.Not.Contain("System."));
        if (row.Code is null)
        {
            Assert.That(answer.Text, Does.Contain("Send ").And.EndsWith(".\n"));
            return;
        }

        Assert.That(answer.Code, Is.EqualTo(row.Code), answer.Text);
        Assert.That(answer.Fault("code"), Is.EqualTo(row.FaultCode), answer.Text);
        Assert.That(answer.Fault("field"), Is.EqualTo(row.Field), answer.Text);
        if (row.Reason is not null)
            Assert.That(answer.Reason, Does.Contain(row.Reason));
        if (row.FaultCode is not null)
        {
            Assert.That(answer.Fault("execution"), Is.EqualTo("NotExecuted"));
            Assert.That(answer.Fault("reason"), Is.EqualTo(answer.Reason));
        }
    }

    [Test]
    public void There_are_at_least_fifty_rows() => Assert.That(Rows().Count(), Is.GreaterThanOrEqualTo(50));

    [Test]
    public async Task The_service_survives_an_entity_bomb()
    {
        var bomb = "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\">" + string.Concat(Enumerable.Range(0, 12).Select(i =>
            $"<!ENTITY {(char)('b' + i)} \"{string.Concat(Enumerable.Repeat($"&{(char)('a' + i)};", 10))}\">")) + "]>";
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var answer = await SoapMessage.SendAsync(
            _server, bomb + SoapMessage.Envelope(SoapMessage.Add.Replace("MTLA1234", "&m;", StringComparison.Ordinal)));
        Assert.That(answer.Reason, Does.Contain("document type declaration"));
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(1)));
        var alive = await SoapMessage.SendAsync(
            _server,
            SoapMessage.Envelope(Call("ListAppointmentAvailability", ("callerId", "MTLA1234"), ("appointmentType", "Dental"))));
        Assert.That(alive.Result("outcome"), Is.EqualTo("Listed"));
    }

    internal static IEnumerable<BadInput> Rows()
    {
        var add = SoapMessage.Add;
        var valid = SoapMessage.Envelope(add);

        // Not XML, or not well-formed.
        yield return Invalid("empty body", "", null, "empty");
        yield return Invalid("white space only", "  \r\n ", null, "empty");
        yield return Invalid("not XML", "hello", null, "line 1, position 1");
        yield return Invalid("JSON", "{\"callerId\":\"MTLA1234\"}", null, "not well-formed");
        yield return Invalid("cut off", valid[..^12], null, "not well-formed");
        yield return Invalid("cut off inside a tag", valid[..150], null, "not well-formed");
        yield return Invalid("unclosed element", valid.Replace("</callerId>", "", StringComparison.Ordinal), null, "not well-formed");
        yield return Invalid("undeclared prefix", SoapMessage.Envelope("<x:AddAppointment/>"), null, "not well-formed");
        yield return Invalid("undefined entity", valid.Replace("MTLA1234", "&who;", StringComparison.Ordinal), null, "not well-formed");
        yield return Invalid(
            "forbidden character reference", valid.Replace("MTLA1234", "&#1;", StringComparison.Ordinal), null, "not well-formed");
        yield return Invalid("forbidden character", valid.Replace("MTLA1234", "\u0001", StringComparison.Ordinal), null, "not well-formed");
        yield return Invalid(
            "duplicate attribute",
            valid.Replace("<s:Body>", "<s:Body a='1' a='2'>", StringComparison.Ordinal),
            null,
            "not well-formed");
        yield return Invalid(
            "not well-formed, with a text about a document type",
            valid.Replace("MTLA1234</callerId>", "<![CDATA[<!DOCTYPE a>]]></caller>", StringComparison.Ordinal),
            null,
            "not well-formed");
        yield return Invalid("something after the envelope", valid + "<more/>", null, "not well-formed");
        yield return new BadInput("invalid UTF-8", [.. Encoding.UTF8.GetBytes(valid[..100]), 0xFF, .. Encoding.UTF8.GetBytes(valid[100..])])
        {
            Reason = "not valid utf-8 at byte 100",
        };
        yield return new BadInput(
            "Latin-1 bytes", Encoding.Latin1.GetBytes(valid.Replace("MTLA1234", "MTLÄ1234", StringComparison.Ordinal)))
        {
            Reason = "not valid utf-8",
        };
        yield return new BadInput(
            "declared encoding that is not supported",
            Encoding.ASCII.GetBytes("<?xml version='1.0' encoding='iso-8859-1'?>" + valid))
        {
            ContentType = "text/xml",
            Reason = "iso-8859-1",
        };

        // Attacks.
        yield return Invalid("DTD", "<!DOCTYPE a><a/>", null, "document type declaration");
        yield return Invalid(
            "external entity",
            "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + valid.Replace("MTLA1234", "&x;", StringComparison.Ordinal),
            null,
            "document type declaration");
        yield return Invalid("external DTD", "<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/a.dtd'>" + valid, null, "document type declaration");
        yield return Invalid(
            "nested too deep",
            SoapMessage.Envelope(string.Concat(Enumerable.Repeat("<a>", 40)) + string.Concat(Enumerable.Repeat("</a>", 40))),
            null,
            "deeper than 32");
        yield return Invalid(
            "header nested too deep",
            SoapMessage.Envelope(
                add,
                header: "<s:Header>" + string.Concat(Enumerable.Repeat("<a>", 5000)) + string.Concat(Enumerable.Repeat("</a>", 5000))
                    + "</s:Header>"),
            null,
            "deeper than 32");
        yield return new BadInput("too long", Encoding.UTF8.GetBytes(valid + new string(' ', 256 * 1024)))
        {
            Status = 413,
            Reason = "262144 bytes",
        };

        // The HTTP side.
        yield return new BadInput("no content type", Encoding.UTF8.GetBytes(valid)) { ContentType = null, Status = 415, Code = null };
        yield return new BadInput("JSON content type", Encoding.UTF8.GetBytes(valid))
        {
            ContentType = "application/json",
            Status = 415,
            Code = null,
        };
        yield return new BadInput("MTOM", Encoding.UTF8.GetBytes(valid))
        {
            ContentType = "multipart/related; type=\"application/xop+xml\"",
            Status = 415,
            Code = null,
        };
        yield return new BadInput("form", Encoding.UTF8.GetBytes("callerId=MTLA1234"))
        {
            ContentType = "application/x-www-form-urlencoded",
            Status = 415,
            Code = null,
        };
        yield return new BadInput("unknown charset", Encoding.UTF8.GetBytes(valid))
        {
            ContentType = "text/xml; charset=klingon",
            Status = 415,
            Code = null,
        };
        yield return new BadInput("gzip", [0x1F, 0x8B, 8, 0]) { Status = 415, Code = null, Headers = [("Content-Encoding", "gzip")] };

        // The envelope.
        yield return Invalid("not an envelope", "<a/>", null, "'a'");
        yield return new BadInput("unknown envelope version", Encoding.UTF8.GetBytes(SoapMessage.Envelope(add, "http://example.org/soap")))
        {
            Code = "VersionMismatch",
            FaultCode = null,
        };
        yield return new BadInput("1.2 envelope as 1.1", Encoding.UTF8.GetBytes(SoapMessage.Envelope(add, SoapMessage.Soap12)))
        {
            Code = "VersionMismatch",
            FaultCode = null,
        };
        yield return new BadInput("1.1 envelope as 1.2", Encoding.UTF8.GetBytes(valid))
        {
            ContentType = Xml12,
            Code = "VersionMismatch",
            FaultCode = null,
        };
        yield return Invalid("no body", $"<s:Envelope xmlns:s=\"{SoapMessage.Soap11}\"/>", "Body");
        yield return Invalid("empty Body", SoapMessage.Envelope(""), "Body", "empty");
        yield return Invalid(
            "header after the body",
            $"<s:Envelope xmlns:s=\"{SoapMessage.Soap11}\"><s:Body>{add}</s:Body><s:Header/></s:Envelope>",
            "Header");
        yield return Invalid(
            "two bodies", $"<s:Envelope xmlns:s=\"{SoapMessage.Soap11}\"><s:Body>{add}</s:Body><s:Body/></s:Envelope>", "Body");
        yield return Invalid("text in the body", SoapMessage.Envelope("hello" + add), null, "text");
        yield return Invalid("two requests", SoapMessage.Envelope(add + add), "AddAppointment", "more than one");
        yield return new BadInput(
            "header that must be understood",
            Encoding.UTF8.GetBytes(SoapMessage.Envelope(
                add, header: "<s:Header><t:Tx xmlns:t='urn:t' s:mustUnderstand='1'/></s:Header>")))
        {
            Code = "MustUnderstand",
            FaultCode = null,
            Reason = "urn:t:Tx",
        };
        yield return new BadInput(
            "header that must be understood, 1.2",
            Encoding.UTF8.GetBytes(SoapMessage.Envelope(
                add, SoapMessage.Soap12, "<s:Header><t:Tx xmlns:t='urn:t' s:mustUnderstand='true'/></s:Header>")))
        {
            ContentType = Xml12,
            Code = "MustUnderstand",
            FaultCode = null,
        };

        // The operation.
        yield return Invalid("unknown operation", SoapMessage.Envelope($"<DropTables xmlns='{V1}'/>"), "DropTables");
        yield return Invalid("operation of no namespace", SoapMessage.Envelope("<AddAppointment/>"), "AddAppointment");
        yield return Invalid(
            "operation of another namespace", SoapMessage.Envelope("<AddAppointment xmlns='urn:x'/>"), "AddAppointment", "urn:x");
        yield return Invalid(
            "answer sent as request", SoapMessage.Envelope($"<AddAppointmentResponse xmlns='{V1}'/>"), "AddAppointmentResponse");
        yield return new BadInput("SOAPAction of another operation", Encoding.UTF8.GetBytes(valid))
        {
            Action = $"\"{V1}/BookAppointment\"",
            Field = "SOAPAction",
        };
        yield return new BadInput("action of another operation, 1.2", Encoding.UTF8.GetBytes(SoapMessage.Envelope(add, SoapMessage.Soap12)))
        {
            ContentType = $"{Xml12}; action=\"{V1}/BookAppointment\"",
            Code = "Sender",
            Field = "SOAPAction",
        };

        // The schema.
        yield return Invalid("no parameters", SoapMessage.Envelope($"<AddAppointment xmlns='{V1}'/>"), "callerId");
        yield return Invalid("missing first", Without("callerId"), "callerId");
        yield return Invalid("missing in the middle", Without("appointmentType"), "appointmentType");
        yield return Invalid("missing last", Without("capacity"), "capacity");
        yield return Invalid(
            "out of order",
            SoapMessage.Envelope(Call(
                "AddAppointment",
                ("appointmentId", "MTLE210422"),
                ("callerId", "MTLA1234"),
                ("appointmentType", "Surgeon"),
                ("capacity", "2"))),
            "callerId");
        yield return Invalid(
            "twice", valid.Replace("<capacity>", "<capacity>2</capacity><capacity>", StringComparison.Ordinal), "capacity");
        yield return Invalid(
            "unknown element", valid.Replace("</capacity>", "</capacity><colour>red</colour>", StringComparison.Ordinal), "colour");
        yield return Invalid(
            "element of no namespace", valid.Replace("<callerId>", "<callerId xmlns=''>", StringComparison.Ordinal), "callerId");
        yield return Invalid("wrong letter case of a name", valid.Replace("callerId", "CallerId", StringComparison.Ordinal), "callerId");
        yield return Invalid("attribute", valid.Replace("<callerId>", "<callerId colour='red'>", StringComparison.Ordinal), "callerId");
        yield return Invalid("element inside a value", valid.Replace("MTLA1234", "<b>MTLA1234</b>", StringComparison.Ordinal), "callerId");
        yield return Invalid("text between parameters", valid.Replace("<capacity>", "and <capacity>", StringComparison.Ordinal), null);
        yield return Invalid(
            "nil of a required value",
            valid.Replace(">MTLA1234<", $" {Nil}><", StringComparison.Ordinal),
            "callerId");
        yield return Invalid("nil inside a value", Capacity($"2<b {Nil}>9</b>0"), "capacity", "'b'");
        yield return Invalid(
            "nil request id with content",
            valid.Replace("</capacity>", $"</capacity><requestId {Nil}>my-id-1</requestId>", StringComparison.Ordinal),
            "requestId",
            "has content");
        yield return Invalid(
            "type that does not exist", valid.Replace("Physician", "Wizard", StringComparison.Ordinal), "appointmentType", "Wizard");
        yield return Invalid(
            "type in another letter case", valid.Replace("Physician", "physician", StringComparison.Ordinal), "appointmentType");
        yield return Invalid(
            "type with white space", valid.Replace("Physician", " Physician ", StringComparison.Ordinal), "appointmentType");
        yield return Invalid("capacity that is no number", Capacity("two"), "capacity");
        yield return Invalid("capacity with a fraction", Capacity("2.5"), "capacity");
        yield return Invalid("capacity empty", Capacity(""), "capacity");
        yield return Invalid("capacity beyond int", Capacity("2147483648"), "capacity");
        yield return Invalid("capacity in other digits", Capacity("٢"), "capacity");

        // The fields, in their order.
        yield return Invalid("capacity 0", Capacity("0"), "capacity", "1 to 1000000");
        yield return Invalid("capacity negative", Capacity("-2"), "capacity");
        yield return Invalid("capacity too large", Capacity("1000001"), "capacity");
        yield return Invalid("empty caller", valid.Replace("MTLA1234", "", StringComparison.Ordinal), "callerId");
        yield return Invalid(
            "caller of an unknown hospital", valid.Replace("MTLA1234", "TORA1234", StringComparison.Ordinal), "callerId", "TORA1234");
        yield return Invalid("caller with letters for digits", valid.Replace("MTLA1234", "MTLAABCD", StringComparison.Ordinal), "callerId");
        yield return Invalid("caller in other digits", valid.Replace("MTLA1234", "MTLA١٢٣٤", StringComparison.Ordinal), "callerId");
        yield return Invalid(
            "caller with a letter that some cultures raise to S",
            valid.Replace("MTLA1234", "\u017FHEA1234", StringComparison.Ordinal),
            "callerId");
        yield return Invalid(
            "very long caller", valid.Replace("MTLA1234", new string('x', 10_000), StringComparison.Ordinal), "callerId", "…");
        yield return Invalid(
            "day that does not exist",
            valid.Replace("MTLE210422", "MTLE310222", StringComparison.Ordinal),
            "appointmentId",
            "MTLE310222");
        yield return Invalid(
            "time of day that does not exist", valid.Replace("MTLE210422", "MTLX210422", StringComparison.Ordinal), "appointmentId");
        yield return Invalid(
            "bad caller and bad appointment",
            valid.Replace("MTLE210422", "x", StringComparison.Ordinal).Replace("MTLA1234", "y", StringComparison.Ordinal),
            "callerId");
        yield return Invalid(
            "malformed and not permitted", valid.Replace("MTLE210422", "QUEE310222", StringComparison.Ordinal), "appointmentId");
        yield return Invalid(
            "request id too long",
            valid.Replace("</capacity>", $"</capacity><requestId>{new string('r', 65)}</requestId>", StringComparison.Ordinal),
            "requestId",
            "64");
        yield return Invalid(
            "patient that is an administrator",
            SoapMessage.Envelope(Call("GetAppointmentSchedule", ("callerId", "MTLA1234"), ("patientId", "MTLA1234"))),
            "patientId");
        yield return Invalid(
            "bad new appointment of a swap",
            SoapMessage.Envelope(Call(
                "SwapAppointment",
                ("callerId", "MTLA1234"),
                ("patientId", "MTLP1234"),
                ("oldAppointmentId", "MTLE210422"),
                ("oldAppointmentType", "Dental"),
                ("newAppointmentId", "MTLE000022"),
                ("newAppointmentType", "Dental"))),
            "newAppointmentId");

        // The rights.
        yield return Denied("patient adds", valid.Replace("MTLA1234", "MTLP1234", StringComparison.Ordinal), "not an administrator");
        yield return Denied(
            "administrator of another hospital adds", valid.Replace("MTLA1234", "QUEA1234", StringComparison.Ordinal), "QUE");
        yield return Denied(
            "patient removes",
            SoapMessage.Envelope(Call(
                "RemoveAppointment", ("callerId", "MTLP1234"), ("appointmentId", "MTLE210422"), ("appointmentType", "Dental"))),
            "not an administrator");
        yield return Denied(
            "patient lists",
            SoapMessage.Envelope(Call("ListAppointmentAvailability", ("callerId", "MTLP1234"), ("appointmentType", "Dental"))),
            "not an administrator");
        yield return Denied(
            "patient asks for another",
            SoapMessage.Envelope(Call("GetAppointmentSchedule", ("callerId", "MTLP1234"), ("patientId", "MTLP1235"))),
            "MTLP1234 only");
        yield return Denied(
            "administrator of another home",
            SoapMessage.Envelope(Call(
                "CancelAppointment", ("callerId", "MTLA1234"), ("patientId", "QUEP1234"), ("appointmentId", "MTLE210422"))),
            "MTL only");

        string Without(string name) => SoapMessage.Envelope(System.Text.RegularExpressions.Regex.Replace(add, $"<{name}>.*</{name}>", ""));
        string Capacity(string value) => valid.Replace("<capacity>2<", $"<capacity>{value}<", StringComparison.Ordinal);
    }

    internal static string Call(string operation, params (string Name, string Value)[] arguments)
    {
        var elements = arguments.Select(argument => $"<{argument.Name}>{WebUtility.HtmlEncode(argument.Value)}</{argument.Name}>");
        return $"<{operation} xmlns=\"{V1}\">{string.Concat(elements)}</{operation}>";
    }

    private static BadInput Invalid(string name, string text, string? field, string? reason = null) =>
        new(name, Encoding.UTF8.GetBytes(text)) { Field = field, Reason = reason };

    private static BadInput Denied(string name, string text, string reason) =>
        new(name, Encoding.UTF8.GetBytes(text)) { FaultCode = "NotPermitted", Reason = reason };

    /// <summary>A request, and the answer that it must get.</summary>
    /// <param name="Name">The defect of the request.</param>
    /// <param name="Body">The bytes of the request's body.</param>
    public sealed record BadInput(string Name, byte[] Body)
    {
        public string? ContentType { get; init; } = Xml;

        public string? Action { get; init; }

        public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

        public int Status { get; init; } = 500;

        public string? Code { get; init; } = "Client";

        public string? FaultCode { get; init; } = "InvalidRequest";

        public string? Field { get; init; }

        public string? Reason { get; init; }

        public override string ToString() => Name;
    }
}
