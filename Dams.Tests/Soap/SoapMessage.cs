using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using Dams.Contracts.Soap;

namespace Dams.Tests.Soap;

/// <summary>Requests as text, and answers that are checked against the contract's schema while they are read.</summary>
internal static class SoapMessage
{
    public const string Soap11 = "http://schemas.xmlsoap.org/soap/envelope/";
    public const string Soap12 = "http://www.w3.org/2003/05/soap-envelope";
    public const string V1 = SoapNamespaces.V1;

    public static readonly XmlSchemaSet Schemas = SchemasOf(WsdlDocuments.AppointmentService);

    public const string Add =
        """<AddAppointment xmlns="http://dams.example.org/appointments/v1"><callerId>MTLA1234</callerId>"""
        + "<appointmentId>MTLE210422</appointmentId><appointmentType>Physician</appointmentType><capacity>2</capacity></AddAppointment>";

    public static string Envelope(string body, string soap = Soap11, string header = "") =>
        $"<s:Envelope xmlns:s=\"{soap}\">{header}<s:Body>{body}</s:Body></s:Envelope>";

    public static HttpRequestMessage Post(Uri address, byte[] body, string? contentType, string? action = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        if (contentType is not null)
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        if (action is not null)
            request.Headers.TryAddWithoutValidation("SOAPAction", action);
        return request;
    }

    public static Task<SoapAnswer> SendAsync(
        SoapTestServer server, string envelope, string? action = null, string contentType = "text/xml; charset=utf-8") =>
        SendAsync(server, Post(server.AppointmentService, Encoding.UTF8.GetBytes(envelope), contentType, action));

    public static async Task<SoapAnswer> SendAsync(SoapTestServer server, HttpRequestMessage request)
    {
        using var response = await server.Http.SendAsync(request);
        return new SoapAnswer(response.StatusCode, response.Content.Headers.ContentType, await response.Content.ReadAsStringAsync());
    }

    public static XmlSchemaSet SchemasOf(string wsdl)
    {
        var set = new XmlSchemaSet();
        foreach (var schema in XDocument.Parse(wsdl).Descendants(XName.Get("schema", XmlSchema.Namespace)))
        {
            using var reader = schema.CreateReader();
            set.Add(null, reader);
        }

        set.Compile();
        return set;
    }
}

/// <summary>A parsed answer. The constructor asserts what must hold for every answer.</summary>
internal sealed class SoapAnswer
{
    private static readonly XNamespace s_v1 = SoapMessage.V1;

    public SoapAnswer(HttpStatusCode status, MediaTypeHeaderValue? contentType, string text)
    {
        Status = status;
        Text = text;
        if (text.Length == 0 || contentType?.MediaType == "text/plain")
            return;
        var document = XDocument.Parse(text);
        XNamespace soap = document.Root!.Name.NamespaceName;
        var is12 = soap.NamespaceName == SoapMessage.Soap12;
        Assert.That(
            contentType?.ToString(),
            Is.EqualTo(is12 ? "application/soap+xml; charset=utf-8" : "text/xml; charset=utf-8"),
            "content type");
        Assert.That(document.Root.Name, Is.EqualTo(soap + "Envelope"));
        Header = document.Root.Element(soap + "Header");
        Body = document.Root.Element(soap + "Body")!.Elements().Single();
        if (Body.Name != soap + "Fault")
        {
            Validate(Body);
            return;
        }

        IsFault = true;
        var code = is12 ? Body.Element(soap + "Code")!.Element(soap + "Value")! : Body.Element("faultcode")!;
        var parts = code.Value.Split(':');
        Assert.That(code.GetNamespaceOfPrefix(parts[0])?.NamespaceName, Is.EqualTo(soap.NamespaceName), "namespace of the fault code");
        Code = parts[1];
        Reason = is12 ? Body.Element(soap + "Reason")!.Element(soap + "Text")!.Value : Body.Element("faultstring")!.Value;
        Assert.That(Reason, Has.Length.InRange(1, 300), "length of the reason");
        Detail = (is12 ? Body.Element(soap + "Detail") : Body.Element("detail"))?.Elements().Single();
        if (Detail is not null)
            Validate(Detail);
    }

    public HttpStatusCode Status { get; }

    public string Text { get; }

    public XElement? Header { get; }

    public XElement Body { get; } = new("none");

    public bool IsFault { get; }

    /// <summary>The fault code without its prefix: Client, Sender, and so on.</summary>
    public string? Code { get; }

    public string? Reason { get; }

    public XElement? Detail { get; }

    public string? Fault(string element) => Detail?.Element(s_v1 + element)?.Value;

    public string? Result(string element) => Body.Element(s_v1 + "result")?.Element(s_v1 + element)?.Value;

    private static void Validate(XElement element)
    {
        var problems = new List<string>();
        var name = new XmlQualifiedName(element.Name.LocalName, element.Name.NamespaceName);
        Assert.That(SoapMessage.Schemas.GlobalElements.Contains(name), Is.True, element.Name.ToString());
        new XDocument(element).Validate(SoapMessage.Schemas, (_, e) => problems.Add(e.Message));
        Assert.That(problems, Is.Empty, element.ToString());
    }
}
