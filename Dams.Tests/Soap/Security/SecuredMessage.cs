using System.Globalization;
using System.Security;
using System.Text;
using System.Xml.Linq;

namespace Dams.Tests.Soap.Security;

/// <summary>Envelopes with a security header, and what the answers have of it.</summary>
internal static class SecuredMessage
{
    public const string Wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    public const string Wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    public const string PasswordText = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText";
    public const string PasswordDigest =
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest";

    /// <summary>A call of each contract.</summary>
    public const string Hello = "<n:sayHello xmlns:n=\"http://dams.ws.com/\"><arg0>MTLA1234</arg0></n:sayHello>";

    private static readonly XNamespace s_wsse = Wsse;
    private static readonly XNamespace s_wsu = Wsu;

    public static string User(string name = KnownUsers.Name) => $"<wsse:Username>{name}</wsse:Username>";

    public static string Password(string text = KnownUsers.Password, string type = $" Type='{PasswordText}'") =>
        $"<wsse:Password{type}>{SecurityElement.Escape(text)}</wsse:Password>";

    public static string Token(string content) => $"<wsse:UsernameToken>{content}</wsse:UsernameToken>";

    public static string Token() => Token(User() + Password());

    public static string Nonce(string nonce, DateTimeOffset created) => $"<wsse:Nonce>{nonce}</wsse:Nonce>{Time("Created", created)}";

    public static string Timestamp(DateTimeOffset created, DateTimeOffset? expires = null) => Timestamp(
        Time("Created", created) + (expires is { } end ? Time("Expires", end) : ""));

    public static string Timestamp(string content) => $"<wsu:Timestamp>{content}</wsu:Timestamp>";

    public static string Time(string name, DateTimeOffset time) => Time(name, TextOf(time));

    public static string Time(string name, string text) => $"<wsu:{name}>{text}</wsu:{name}>";

    public static string TextOf(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The whole header, with attributes such as mustUnderstand.</summary>
    public static string Header(string content, string attributes = "") =>
        $"<s:Header><wsse:Security xmlns:wsse='{Wsse}' xmlns:wsu='{Wsu}'{attributes}>{content}</wsse:Security></s:Header>";

    public static Task<SecuredAnswer> SendAsync(
        SoapTestServer server, string header, bool is12 = false, bool isOriginal = false, string? basic = null) =>
        SendEnvelopeAsync(
            server,
            SoapMessage.Envelope(isOriginal ? Hello : SoapMessage.Add, is12 ? SoapMessage.Soap12 : SoapMessage.Soap11, header),
            is12,
            isOriginal,
            basic);

    public static async Task<SecuredAnswer> SendEnvelopeAsync(
        SoapTestServer server, string envelope, bool is12 = false, bool isOriginal = false, string? basic = null)
    {
        using var request = SoapMessage.Post(
            isOriginal ? server.FrontEnd : server.AppointmentService,
            Encoding.UTF8.GetBytes(envelope),
            is12 ? "application/soap+xml" : "text/xml");
        if (basic is not null)
            request.Headers.TryAddWithoutValidation("Authorization", basic);
        using var response = await server.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var document = XDocument.Parse(text);
        XNamespace soap = document.Root!.Name.NamespaceName;
        var security = document.Root.Element(soap + "Header")?.Element(s_wsse + "Security");
        var body = document.Root.Element(soap + "Body")!.Elements().Single();
        var fault = body.Name == soap + "Fault" ? body : null;
        return new SecuredAnswer(
            (int)response.StatusCode,
            body,
            CodeOf(fault?.Element("faultcode") ?? fault?.Element(soap + "Code")?.Element(soap + "Value")),
            CodeOf(fault?.Element(soap + "Code")?.Element(soap + "Subcode")?.Element(soap + "Value")),
            fault?.Element("faultstring")?.Value ?? fault?.Element(soap + "Reason")?.Value,
            fault?.Descendants().FirstOrDefault(element => element.Name.LocalName == "code")?.Value,
            security?.Element(s_wsu + "Timestamp"),
            response.Headers.RetryAfter?.ToString(),
            response.Headers.WwwAuthenticate.ToString(),
            text);
    }

    private static string? CodeOf(XElement? code)
    {
        if (code is null)
            return null;
        var parts = code.Value.Split(':');
        return code.GetNamespaceOfPrefix(parts[0])!.NamespaceName switch
        {
            Wsse => $"wsse:{parts[1]}",
            Wsu => $"wsu:{parts[1]}",
            SoapMessage.Soap11 or SoapMessage.Soap12 => parts[1],
            var other => $"{{{other}}}{parts[1]}",
        };
    }
}

/// <summary>An answer with what concerns its security.</summary>
internal sealed record SecuredAnswer(
    int Status,
    XElement Body,
    string? Code,
    string? Subcode,
    string? Reason,
    string? DamsCode,
    XElement? Timestamp,
    string? RetryAfter,
    string Challenge,
    string Text)
{
    /// <summary>Whether the call was executed.</summary>
    public bool IsAnswer => Status == 200 && Code is null;
}
