using System.Text;
using System.Xml.Linq;

namespace Dams.Tests.Soap.Http;

/// <summary>Character encodings, by the bytes, the content type and the XML declaration.</summary>
public sealed class EncodingTests
{
    private SoapTestServer _server = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _server = await SoapTestServer.StartAsync(new DictionaryExecutor());

    [OneTimeTearDown]
    public async Task TearDown() => await _server.DisposeAsync();

    [Test]
    public async Task The_bytes_decide_between_utf_8_and_utf_16_whatever_is_declared(
        [Values("utf-8", "utf-16le", "utf-16be")] string real,
        [Values("", "utf-8", "utf8", "UTF8", "utf_8", "utf-16", "UTF-16LE", "us-ascii")] string declared,
        [Values("", "utf-8", "utf-16", "utf-16be")] string charset,
        [Values] bool hasMark)
    {
        Encoding encoding = real switch
        {
            "utf-8" => new UTF8Encoding(hasMark),
            "utf-16le" => new UnicodeEncoding(false, hasMark),
            _ => new UnicodeEncoding(true, hasMark),
        };
        var declaration = declared.Length == 0 ? "" : $"<?xml version=\"1.0\" encoding=\"{declared}\"?>";
        var id = $"ü€𝄞 {real} {declared} {charset} {hasMark}";
        var text = declaration + SoapMessage.Envelope(
            SoapMessage.Add.Replace("</capacity>", $"</capacity><requestId>{id}</requestId>", StringComparison.Ordinal));
        using var request = SoapMessage.Post(
            _server.AppointmentService,
            [.. encoding.GetPreamble(), .. encoding.GetBytes(text)],
            charset.Length == 0 ? "text/xml" : $"text/xml; charset={charset}");
        var answer = await SoapMessage.SendAsync(_server, request);
        Assert.That(answer.Result("outcome"), Is.AnyOf("Added", "AlreadyExists"), answer.Text);
    }

    [TestCase("<?xml version='1.0' encoding='iso-8859-1'?>", "iso-8859-1")]
    [TestCase("<?xml version=\"1.0\" encoding=\"Windows-1252\" ?>", "windows-1252")]
    [TestCase("<?xml version='1.0' encoding='klingon'?>", "klingon")]
    public async Task A_declared_encoding_that_is_not_supported_is_refused_with_what_to_send(string declaration, string name)
    {
        using var request = SoapMessage.Post(
            _server.AppointmentService, Encoding.ASCII.GetBytes(declaration + SoapMessage.Envelope(SoapMessage.Add)), "text/xml");
        var answer = await SoapMessage.SendAsync(_server, request);
        Assert.That(
            (answer.Code, answer.Reason),
            Is.EqualTo(("Client", $"The encoding '{name}' is not supported. Send UTF-8 or UTF-16.")));
    }

    [Test]
    public async Task Bytes_that_are_not_of_the_encoding_are_refused_with_their_place_and_what_to_send()
    {
        var valid = SoapMessage.Envelope(SoapMessage.Add);
        using var request = SoapMessage.Post(
            _server.AppointmentService, Encoding.Latin1.GetBytes(valid.Insert(100, "é")), "text/xml");
        var answer = await SoapMessage.SendAsync(_server, request);
        Assert.That(
            answer.Reason,
            Is.EqualTo("The message is not valid utf-8 at byte 100. Send UTF-8, with charset=utf-8 in the content type."));
    }

    [TestCase("iso-8859-1", "text/xml; charset=iso-8859-1", "")]
    [TestCase("iso-8859-1", "text/xml; charset=\"ISO-8859-1\"", "<?xml version='1.0'?>")]
    [TestCase("iso-8859-1", "text/xml", "<?xml version='1.0' encoding='ISO-8859-1'?>")]
    [TestCase("iso-8859-1", "text/xml; charset=latin1", "<?xml version='1.0' encoding='utf-8'?>")]
    [TestCase("iso-8859-15", "text/xml; charset=iso-8859-15", "")]
    [TestCase("windows-1252", "text/xml; charset=windows-1252", "")]
    [TestCase("windows-1252", "text/xml", "<?xml version='1.0' encoding='Cp1252'?>")]
    [TestCase("utf-8", "text/xml; charset=utf-8", "<?xml version='1.0' encoding='iso-8859-1'?>")]
    [TestCase("utf-8", "text/xml", "<?xml version='1.0' encoding='utf-8'?>")]
    public async Task The_original_contract_reads_latin_1(string real, string contentType, string declaration)
    {
        const string Text = "Zoë";
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(real) ?? Encoding.GetEncoding(real);
        var body = declaration + SoapMessage.Envelope(
            $"<o:receiveRequestFromClient xmlns:o='http://dams.ws.com/'><arg0>{Text}</arg0><arg1>Physician</arg1><arg2>MTLE210422</arg2>"
            + "<arg3>2</arg3><arg4></arg4><arg5>1</arg5></o:receiveRequestFromClient>");
        using var request = SoapMessage.Post(_server.FrontEnd, encoding.GetBytes(body), contentType);
        using var response = await _server.Http.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();
        Assert.That(XDocument.Parse(answer).Root!.Value, Does.Contain(Text), answer);
    }

    [Test]
    public async Task The_original_contract_refuses_other_encodings_and_says_which_it_reads()
    {
        using var request = SoapMessage.Post(_server.FrontEnd, "<a/>"u8.ToArray(), "text/xml; charset=koi8-r");
        using var response = await _server.Http.SendAsync(request);
        Assert.That(
            ((int)response.StatusCode, await response.Content.ReadAsStringAsync()),
            Is.EqualTo((415, "The charset 'koi8-r' is not accepted. Send UTF-8, UTF-16 or ISO-8859-1, and name it in the content type, "
                + "as in charset=utf-8.\n")));
    }
}
