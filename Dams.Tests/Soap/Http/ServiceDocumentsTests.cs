using System.Net;
using System.Text;
using System.Xml.Linq;

namespace Dams.Tests.Soap.Http;

/// <summary>The answers to GET, HEAD and other methods, with the queries that clients and tools send.</summary>
public sealed class ServiceDocumentsTests
{
    private SoapTestServer _server = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _server = await SoapTestServer.StartAsync(new DictionaryExecutor());

    [OneTimeTearDown]
    public async Task TearDown() => await _server.DisposeAsync();

    [TestCase("?wsdl", 2)]
    [TestCase("?WSDL", 2)]
    [TestCase("?Wsdl=", 2)]
    [TestCase("?wsdl=1", 2)]
    [TestCase("?singlewsdl", 2)]
    [TestCase("?singleWsdl&x=y", 2)]
    [TestCase("?wsdl&soap=", 2)]
    [TestCase("?Wsdl&soap=1.1", 1)]
    [TestCase("?WSDL&SOAP=1.1", 1)]
    [TestCase("?soap=1.1&wsdl", 1)]
    [TestCase("?wsdl&soap=1.1&soap=1.1", 1)]
    [TestCase("?singleWsdl&soap=1.2", 1)]
    public async Task A_query_for_the_wsdl_gets_it_by_get_and_its_head_by_head(string query, int ports)
    {
        using var response = await _server.Http.GetAsync(_server.AppointmentService + query);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(
            (response.StatusCode, response.Content.Headers.ContentType?.ToString()),
            Is.EqualTo((HttpStatusCode.OK, "text/xml; charset=utf-8")));
        Assert.That(XDocument.Parse(text).Descendants().Attributes("location").Count(), Is.EqualTo(ports));
        using var request = new HttpRequestMessage(HttpMethod.Head, _server.AppointmentService + query);
        using var head = await _server.Http.SendAsync(request);
        Assert.That(
            (head.StatusCode, head.Content.Headers.ContentLength, head.Content.Headers.ContentType),
            Is.EqualTo((HttpStatusCode.OK, response.Content.Headers.ContentLength, response.Content.Headers.ContentType)));
        Assert.That(await head.Content.ReadAsStringAsync(), Is.Empty);
    }

    [TestCase("/AppointmentService?wsdl&soap=2.0", 400, "The query's soap is no version: use soap=1.1 or soap=1.2")]
    [TestCase("/AppointmentService?wsdl&soap=11", 400, "The query's soap is no version")]
    [TestCase("/FrontEnd?wsdl&soap=1.2", 404, "FrontEndImplService has no port for SOAP 1.2 in its WSDL")]
    [TestCase("/AppointmentService?xsd=1", 404, "There is no separate schema: the WSDL contains it")]
    [TestCase("/AppointmentService?XSD=xsd0", 404, "There is no separate schema")]
    public async Task A_document_that_does_not_exist_is_refused_with_one_line_that_says_which_does(string path, int status, string line)
    {
        using var response = await _server.Http.GetAsync(new Uri(_server.BaseAddress, path));
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(
            ((int)response.StatusCode, response.Content.Headers.ContentType?.ToString()),
            Is.EqualTo((status, "text/plain; charset=utf-8")));
        Assert.That(text, Does.StartWith(line).And.EndsWith(".\n"));
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(_server.BaseAddress, path));
        using var head = await _server.Http.SendAsync(request);
        Assert.That(((int)head.StatusCode, await head.Content.ReadAsStringAsync()), Is.EqualTo((status, "")));
    }

    [TestCase("")]
    [TestCase("?")]
    [TestCase("?op=AddAppointment")]
    [TestCase("?disco")]
    [TestCase("?soap=1.1")]
    public async Task Any_other_query_gets_the_help_page(string query)
    {
        using var response = await _server.Http.GetAsync(_server.AppointmentService + query);
        Assert.That(
            (response.StatusCode, response.Content.Headers.ContentType?.ToString()),
            Is.EqualTo((HttpStatusCode.OK, "text/html; charset=utf-8")));
    }

    [Test]
    public async Task A_message_that_is_posted_to_the_address_of_the_wsdl_is_answered()
    {
        var body = Encoding.UTF8.GetBytes(SoapMessage.Envelope(SoapMessage.Add));
        using var request = SoapMessage.Post(new Uri(_server.AppointmentService + "?wsdl"), body, "text/xml");
        Assert.That((await SoapMessage.SendAsync(_server, request)).Result("outcome"), Is.EqualTo("Added"));
    }

    [TestCase("PUT")]
    [TestCase("DELETE")]
    [TestCase("OPTIONS")]
    [TestCase("PATCH")]
    [TestCase("TRACE")]
    [TestCase("PROPFIND")]
    public async Task Another_method_gets_405_with_those_that_are_allowed_and_no_permission_for_foreign_pages(string method)
    {
        var answer = await RawHttp.ExchangeAsync(
            _server.BaseAddress,
            $"{method} /AppointmentService?wsdl HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example.org\r\n"
                + "Access-Control-Request-Method: POST\r\nContent-Length: 3\r\n\r\nabc");
        Assert.That((answer.Status, answer.Headers["Allow"]), Is.EqualTo((405, "GET, HEAD, POST")));
        Assert.That(answer.Body, Does.Contain("POST").And.EndsWith(".\n"));
        Assert.That(answer.Headers.Keys, Has.None.StartsWith("Access-Control"));
    }
}
