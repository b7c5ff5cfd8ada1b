using System.Text;
using System.Xml.Linq;

namespace Dams.Tests.Soap.Http;

/// <summary>SOAP 1.2 part 1, appendix A: which version a fault about the version has.</summary>
public sealed class VersionMismatchTests
{
    private const string Xml11 = "text/xml; charset=utf-8";
    private const string Xml12 = "application/soap+xml; charset=utf-8";
    private const string Other = "http://schemas.xmlsoap.org/soap/envelope";

    [TestCase("text/xml", SoapMessage.Soap12, Xml11)]
    [TestCase("application/soap+xml", SoapMessage.Soap11, Xml11)]
    [TestCase("text/xml", Other, Xml11)]
    [TestCase("application/soap+xml", Other, Xml12)]
    [TestCase("application/xml", Other, Xml11)]
    [TestCase("text/xml", "", Xml11)]
    [TestCase("application/soap+xml", "", Xml12)]
    public async Task A_mismatch_is_answered_in_the_version_that_the_sender_reads_with_the_versions_that_are_accepted(
        string contentType, string envelope, string answered)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        using var request = SoapMessage.Post(
            server.AppointmentService, Encoding.UTF8.GetBytes(SoapMessage.Envelope(SoapMessage.Add, envelope)
                .Replace("s:", envelope.Length == 0 ? "" : "s:", StringComparison.Ordinal)
                .Replace("xmlns:s=\"\"", "", StringComparison.Ordinal)),
            contentType);
        using var response = await server.Http.SendAsync(request);
        var answer = new SoapAnswer(response.StatusCode, response.Content.Headers.ContentType, await response.Content.ReadAsStringAsync());
        Assert.That(
            ((int)answer.Status, answer.Code, response.Content.Headers.ContentType?.ToString(), answer.Detail),
            Is.EqualTo((500, "VersionMismatch", answered, (object?)null)),
            answer.Text);
        var upgrade = answer.Header!.Elements().Single();
        Assert.That(upgrade.Name.ToString(), Is.EqualTo($"{{{SoapMessage.Soap12}}}Upgrade"));
        Assert.That(
            upgrade.Elements().Attributes("qname").Select(name => name.Value.Split(':'))
                .Select(parts => (upgrade.Elements().First(one => one.GetNamespaceOfPrefix(parts[0]) is not null)
                    .GetNamespaceOfPrefix(parts[0])!.NamespaceName, parts[1])),
            Is.EqualTo(new[] { (SoapMessage.Soap12, "Envelope"), (SoapMessage.Soap11, "Envelope") }));
    }
}
