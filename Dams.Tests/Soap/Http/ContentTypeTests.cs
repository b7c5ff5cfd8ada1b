namespace Dams.Tests.Soap.Http;

/// <summary>Content types as clients write them, and the answer to those that are not accepted.</summary>
public sealed class ContentTypeTests
{
    private const string AddAction = "http://dams.example.org/appointments/v1/AddAppointment";
    private SoapTestServer _server = null!;

    [SetUp]
    public async Task SetUp() => _server = await SoapTestServer.StartAsync(new DictionaryExecutor());

    [TearDown]
    public async Task TearDown() => await _server.DisposeAsync();

    [TestCase("text/xml;")]
    [TestCase("text/xml;;charset=utf-8")]
    [TestCase("text/xml; charset=utf-8;")]
    [TestCase("text/xml; ;charset=utf-8; ")]
    [TestCase("text/xml;charset = utf-8")]
    [TestCase("text/xml ; charset=\"utf-8\"")]
    [TestCase("text/xml; charset=\"\"utf-8\"\"")]
    [TestCase("text/xml; charset='utf-8'")]
    [TestCase("text/xml; charset=\"utf-8")]
    [TestCase("text/xml; charset=")]
    [TestCase("text/xml; charset")]
    [TestCase("Text/XML; CharSet=UTF8")]
    [TestCase("text/xml; charset=utf-8; charset=UTF-8")]
    [TestCase("text/xml; charset=utf-8; type=\"text/plain;x\"")]
    [TestCase("text/xml; charset=utf-8, text/xml; charset=utf-8")]
    [TestCase("text/xml, text/xml,")]
    public async Task Soap_11_is_accepted_however_the_content_type_is_written(string contentType)
    {
        var answer = await RawHttp.ExchangeAsync(_server.BaseAddress, Post(SoapMessage.Soap11, $"Content-Type: {contentType}"));
        Assert.That(answer.Soap.Result("outcome"), Is.EqualTo("Added"), answer.Body);
    }

    [TestCase($"application/soap+xml;charset=utf-8;action={AddAction}")]
    [TestCase($"application/soap+xml;action={AddAction};charset=utf-8")]
    [TestCase($"application/soap+xml; action={AddAction}")]
    [TestCase($"application/soap+xml; action = \"{AddAction}\"")]
    [TestCase($"application/soap+xml; ACTION='{AddAction}'")]
    [TestCase("application/soap+xml; action=")]
    [TestCase("application/soap+xml; type=\"text/xml\"; charset=utf-8")]
    [TestCase("APPLICATION/SOAP+XML; Charset=\"UTF-8\"")]
    public async Task Soap_12_is_accepted_however_the_content_type_is_written(string contentType)
    {
        var answer = await RawHttp.ExchangeAsync(_server.BaseAddress, Post(SoapMessage.Soap12, $"Content-Type: {contentType}"));
        Assert.That(answer.Soap.Result("outcome"), Is.EqualTo("Added"), answer.Body);
        Assert.That(answer.Headers["Content-Type"], Does.StartWith("application/soap+xml"));
    }

    [Test]
    public async Task An_unquoted_action_of_another_operation_is_refused_as_a_quoted_one_is()
    {
        var contentType = $"application/soap+xml;charset=utf-8;action={SoapMessage.V1}/BookAppointment";
        var answer = await RawHttp.ExchangeAsync(_server.BaseAddress, Post(SoapMessage.Soap12, $"Content-Type: {contentType}"));
        Assert.That((answer.Soap.Code, answer.Soap.Fault("field")), Is.EqualTo(("Sender", "SOAPAction")), answer.Body);
    }

    [TestCase(SoapMessage.Soap11, "text/xml; charset=utf-8")]
    [TestCase(SoapMessage.Soap12, "application/soap+xml; charset=utf-8")]
    public async Task The_envelope_of_application_xml_says_the_version(string soap, string answered)
    {
        var answer = await RawHttp.ExchangeAsync(_server.BaseAddress, Post(soap, "Content-Type: application/xml; charset=utf-8"));
        Assert.That((answer.Soap.Result("outcome"), answer.Headers["Content-Type"]), Is.EqualTo(("Added", answered)), answer.Body);
        var refused = await RawHttp.ExchangeAsync(
            _server.BaseAddress, Post(soap, "Content-Type: application/xml", SoapMessage.Envelope("<Nothing/>", soap)));
        Assert.That((refused.Status, refused.Headers["Content-Type"]), Is.EqualTo((500, answered)));
        Assert.That(refused.Soap.Fault("field"), Is.EqualTo("Nothing"));
    }

    [TestCase("this is not XML")]
    [TestCase("")]
    [TestCase("<a/>")]
    public async Task A_message_of_application_xml_that_is_no_envelope_gets_a_fault_of_soap_11(string body)
    {
        var answer = await RawHttp.ExchangeAsync(_server.BaseAddress, Post(SoapMessage.Soap11, "Content-Type: application/xml", body));
        Assert.That((answer.Status, answer.Soap.Code), Is.EqualTo((500, "Client")));
    }

    // A page of another site can send these without asking the browser's permission first.
    [TestCase("text/plain")]
    [TestCase("text/plain; charset=utf-8")]
    [TestCase("text/plain;text/xml")]
    [TestCase("text/plain; x=, text/xml")]
    [TestCase("text/plain, text/xml")]
    [TestCase("application/x-www-form-urlencoded")]
    [TestCase("application/x-www-form-urlencoded; action=text/xml")]
    [TestCase("multipart/form-data; boundary=text/xml")]
    [TestCase(null)]
    [TestCase("")]
    [TestCase(";text/xml")]
    // Others.
    [TestCase("application/json")]
    [TestCase("application/octet-stream")]
    [TestCase("text/html")]
    [TestCase("text")]
    [TestCase("text/xmlx")]
    [TestCase("text/xml; charset=utf-8, application/soap+xml")]
    public async Task Another_content_type_is_answered_with_415_and_what_to_send(string? contentType)
    {
        var answer = await RawHttp.ExchangeAsync(
            _server.BaseAddress, Post(SoapMessage.Soap11, contentType is null ? "X-A: b" : $"Content-Type: {contentType}"));
        AssertRefused(answer, "Accept");
        Assert.That(answer.Body, Does.Contain("text/xml").Or.Contain("Send one."));
        Assert.That(answer.Headers["Accept"], Does.Contain("text/xml").And.Contain("application/soap+xml").And.Contain("application/xml"));
    }

    [Test]
    public async Task Two_content_types_are_refused_unless_they_are_the_same()
    {
        var same = await RawHttp.ExchangeAsync(
            _server.BaseAddress, Post(SoapMessage.Soap11, "Content-Type: text/xml\r\nContent-Type: TEXT/XML"));
        Assert.That(same.Soap.Result("outcome"), Is.EqualTo("Added"), same.Body);
        var others = await RawHttp.ExchangeAsync(
            _server.BaseAddress, Post(SoapMessage.Soap11, "Content-Type: text/plain\r\nContent-Type: text/xml"));
        AssertRefused(others, "Accept");
        Assert.That(others.Body, Is.EqualTo("The request has several content types: 'text/plain', 'text/xml'. Send one.\n"));
    }

    [TestCase("multipart/related; type=\"application/xop+xml\"; start=\"<a>\"; start-info=\"text/xml\"; boundary=\"b\"")]
    [TestCase("multipart/related; type=text/xml; boundary=b")]
    [TestCase("application/xop+xml")]
    public async Task A_client_with_mtom_or_attachments_is_told_to_turn_them_off(string contentType)
    {
        var answer = await RawHttp.ExchangeAsync(_server.BaseAddress, Post(SoapMessage.Soap11, $"Content-Type: {contentType}"));
        AssertRefused(answer, "Accept");
        Assert.That(answer.Body, Does.Contain("Turn MTOM and attachments off"));
    }

    [TestCase("klingon")]
    [TestCase("iso-8859-1")]
    [TestCase("windows-1252")]
    [TestCase("utf-32")]
    [TestCase("utf-8; charset=iso-8859-1")]
    public async Task Another_charset_is_answered_with_415_and_the_charsets_that_are_accepted(string charset)
    {
        var answer = await RawHttp.ExchangeAsync(
            _server.BaseAddress, Post(SoapMessage.Soap11, $"Content-Type: text/xml; charset={charset}"));
        AssertRefused(answer, "Accept");
        Assert.That(answer.Body, Does.StartWith("The charset '").And.Contain("Send UTF-8 or UTF-16"));
        Assert.That(answer.Headers["Accept"], Does.Contain("charset=utf-8"));
    }

    [TestCase("identity")]
    [TestCase("Identity")]
    [TestCase("identity, identity")]
    [TestCase("")]
    [TestCase(" , ")]
    [TestCase("identity\r\nContent-Encoding: IDENTITY")]
    public async Task A_content_coding_that_is_none_is_accepted(string coding)
    {
        var answer = await RawHttp.ExchangeAsync(
            _server.BaseAddress, Post(SoapMessage.Soap11, $"Content-Type: text/xml\r\nContent-Encoding: {coding}"));
        Assert.That(answer.Soap.Result("outcome"), Is.EqualTo("Added"), answer.Body);
    }

    [TestCase("gzip")]
    [TestCase("identity, deflate")]
    [TestCase("br")]
    public async Task A_compressed_body_is_answered_with_415_and_accept_encoding(string coding)
    {
        var answer = await RawHttp.ExchangeAsync(
            _server.BaseAddress, Post(SoapMessage.Soap11, $"Content-Type: text/xml\r\nContent-Encoding: {coding}"));
        AssertRefused(answer, "Accept-Encoding");
        Assert.That(answer.Headers["Accept-Encoding"], Is.EqualTo("identity"));
        Assert.That(answer.Body, Does.Contain($"'{coding.Split(", ")[^1]}'").And.Contain("uncompressed"));
    }

    [Test]
    public async Task A_very_long_content_type_is_repeated_in_part_only()
    {
        var answer = await RawHttp.ExchangeAsync(
            _server.BaseAddress, Post(SoapMessage.Soap11, $"Content-Type: {new string('x', 8000)}"));
        AssertRefused(answer, "Accept");
        Assert.That(answer.Body, Has.Length.LessThan(200).And.Contain("…"));
    }

    private static void AssertRefused(RawAnswer answer, string header)
    {
        Assert.That(
            (answer.Status, answer.Headers["Content-Type"], answer.Headers["X-Content-Type-Options"]),
            Is.EqualTo((415, "text/plain; charset=utf-8", "nosniff")),
            answer.Body);
        Assert.That(answer.Body, Does.EndWith("\n"));
        Assert.That(answer.Body.TrimEnd('\n'), Does.Not.Contain("\n").And.EndsWith("."));
        var other = header == "Accept" ? "Accept-Encoding" : "Accept";
        Assert.That((answer.Headers.ContainsKey(header), answer.Headers.ContainsKey(other)), Is.EqualTo((true, false)));
    }

    private static string Post(string soap, string headers, string? body = null)
    {
        body ??= SoapMessage.Envelope(SoapMessage.Add, soap);
        return $"POST /AppointmentService HTTP/1.1\r\nHost: localhost\r\n{headers}\r\nContent-Length: {body.Length}\r\n\r\n{body}";
    }
}
