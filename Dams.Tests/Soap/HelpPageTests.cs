using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Dams.Contracts.Soap;
using Dams.Hosting.Web;
using Dams.Soap;
using Dams.Tests.Contracts;
using Dams.Tests.Soap.ApiPage;
using Dams.Tests.Soap.SoapUi;
using Microsoft.AspNetCore.Http;

namespace Dams.Tests.Soap;

/// <summary>The pages that a browser gets at a service's address.</summary>
internal sealed partial class HelpPageTests
{
    [Test]
    public async Task Every_operation_has_a_request_an_answer_and_a_line_for_the_shell_in_both_versions()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var page = await server.Http.GetStringAsync(server.AppointmentService);
        foreach (var sort in new[] { "request", "answer", "curl" })
            Assert.That(Samples(page, sort), Has.Count.EqualTo(2 * Operation.All.Count), sort);
        Assert.That(Samples(page, "fault"), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_sample_request_works_as_it_stands()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var page = await server.Http.GetStringAsync(server.AppointmentService);
        foreach (var sample in Samples(page, "request"))
        {
            var parts = sample.Split("\n\n");
            Assert.That(parts, Has.Length.EqualTo(2), sample);
            var (head, envelope) = (parts[0].Split('\n'), parts[1]);
            Assert.That(head[0], Is.EqualTo("POST /AppointmentService HTTP/1.1"));
            Assert.That(head[1], Is.EqualTo($"Host: {server.AppointmentService.Authority}"));
            var headers = head[2..].Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1]);
            var answer = await SoapMessage.SendAsync(server, envelope, headers.GetValueOrDefault("SOAPAction"), headers["Content-Type"]);
            Assert.That((answer.Status, answer.IsFault), Is.EqualTo((HttpStatusCode.OK, false)), answer.Text);
        }
    }

    [TestCase("1.1")]
    [TestCase("1.2")]
    public async Task A_sample_answer_is_what_the_service_answers_to_the_request_beside_it(string version)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var answers = Samples(await server.Http.GetStringAsync(server.AppointmentService), "answer")
            .Where(answer => answer.Contains(version == "1.1" ? SoapMessage.Soap11 : SoapMessage.Soap12, StringComparison.Ordinal));
        var exchanges = await SampleStory.PlayAsync(version);
        Assert.That(answers, Is.EqualTo(WsdlText.Appointments.Operations.Select(operation => exchanges[operation].Answer)));
    }

    [Test]
    public async Task The_samples_of_the_original_contract_are_real_too()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var exchanges = await SampleStory.PlayOriginalAsync();
        Assert.That(
            Samples(await server.Http.GetStringAsync(server.FrontEnd), "answer"),
            Is.EqualTo(WsdlText.FrontEnd.Operations.Select(operation => exchanges[operation].Answer)));
    }

    [Test]
    public void The_samples_of_the_replicas_contract_keep_its_schema()
    {
        var contract = SoapContract.Of(typeof(IReplicaService), WsdlDocuments.ReplicaService);
        var options = new SoapServiceOptions
        {
            Wsdl = WsdlDocuments.ReplicaService,
            CleanText = FaultText.Clean,
            SampleValues = ReplicaSamples.Values,
            SampleAnswers = ReplicaSamples.Answers,
        };
        var samples = new SampleMessages(contract, options, SoapVersion.Soap12);
        var schemas = SoapMessage.SchemasOf(WsdlDocuments.ReplicaService);
        foreach (var text in contract.Operations.SelectMany(operation => new[] { samples.Request(operation), samples.Answer(operation) }))
        {
            var content = XDocument.Parse(text!).Root!.Elements().Single().Elements().Single();
            System.Xml.Schema.Extensions.Validate(
                new XDocument(content), schemas, (_, e) => throw new AssertionException($"{e.Message}\n{text}"));
        }
    }

    [Test]
    public async Task The_sample_fault_is_what_the_service_answers()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var page = await server.Http.GetStringAsync(server.AppointmentService);
        Assert.That(page, Does.Contain("<p>AddAppointment without callerId gets this answer"));
        var answers = new List<string>();
        foreach (var version in new[] { "1.1", "1.2" })
        {
            answers.Add(await SampleStory.AnswerAsync(server, server.AppointmentService, version, SoapUiCaseBuilder.Envelope(
                version, "AddAppointment", [("appointmentId", "MTLE210422"), ("appointmentType", "Physician"), ("capacity", "2")])));
        }

        Assert.That(Samples(page, "fault"), Is.EqualTo(answers));
    }

    [Test, Platform("Unix")]
    public async Task A_line_for_the_shell_works_when_it_is_pasted()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        string[] lines =
        [
            .. Samples(await server.Http.GetStringAsync(server.AppointmentService), "curl"),
            .. Samples(await server.Http.GetStringAsync(server.FrontEnd), "curl"),
        ];
        Assert.That(lines, Has.Length.EqualTo((2 * Operation.All.Count) + 3));
        foreach (var line in lines)
        {
            var answer = await ShellAsync(line);
            Assert.That(line, Does.Not.Contain("\n"));
            Assert.That(answer, Does.Contain("Response").And.Not.Contain("Fault"), line);
        }
    }

    [TestCase("x.example.org", null)]
    [TestCase("x.example.org", "https://y.example.org/it's&so/")]
    [TestCase("x.example.org", "https://y.example.org/%3Cb%3E/")]
    public async Task An_address_stays_text_in_the_page_and_in_the_line_for_the_shell(string host, string? publicBaseUrl)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor(), SoapTestServer.Options with
        {
            AllowedHosts = ["*"],
            PublicBaseUrl = publicBaseUrl is null ? null : new Uri(publicBaseUrl),
        }, configure: builder => builder.AnswerUnder(new HostNames([new HostString(host).Host])));
        var page = await PageForAsync(server, host);
        var address = (publicBaseUrl ?? $"http://{host}/") + "AppointmentService";
        Assert.That(page, Does.Contain(WebUtility.HtmlEncode(address)).And.Not.Contain("<b>"));
        if (WebUtility.HtmlEncode(address) != address)
            Assert.That(page, Does.Not.Contain(address));
        var line = Samples(page, "curl")[0];
        var words = await ShellAsync("printf '%s\\n' " + line["curl ".Length..]);
        Assert.That(words.Split('\n')[1], Is.EqualTo(address));
    }

    /// <summary>The server refuses some of them. Whatever it takes must not become markup.</summary>
    [TestCase("a&b.example.org")]
    [TestCase("it's.example.org")]
    [TestCase("<b>.example.org")]
    [TestCase("a\"><b>.example.org")]
    public async Task A_host_header_never_becomes_markup(string host)
    {
        var options = SoapTestServer.Options with { AllowedHosts = ["*"] };
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor(), options);
        Assert.That(await PageForAsync(server, host), Does.Not.Contain(host));
    }

    [Test]
    public async Task The_pages_run_no_script_and_load_nothing()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        foreach (var query in new[] { "", "?api", "?clients", "?domain" })
        {
            using var response = await server.Http.GetAsync(server.AppointmentService + query);
            var page = await response.Content.ReadAsStringAsync();
            var policy = response.Headers.GetValues("Content-Security-Policy").Single();
            Assert.That(policy, Does.StartWith("default-src 'none'; style-src 'sha256-"));
            var style = page.Split("<style>")[1].Split("</style>")[0];
            var hash = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(style)));
            Assert.That(policy, Does.Contain($"'sha256-{hash}'"));
            Assert.That(page, Does.Not.Match("<script|<[^>]*\\s(src|style)="));
        }
    }

    [TestCase("api", "<h1 id=\"api\">API</h1>")]
    [TestCase("clients", "<h1 id=\"clients\">Clients</h1>")]
    [TestCase("domain", "<h1 id=\"")]
    public async Task A_page_of_the_docs_is_served_and_linked(string key, string heading)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        foreach (var service in new[] { server.AppointmentService, server.FrontEnd })
        {
            Assert.That(await server.Http.GetStringAsync(service), Does.Contain($"<a href=\"?{key}\">"));
            Assert.That(await server.Http.GetStringAsync($"{service}?{key}"), Does.Contain(heading));
        }
    }

    [Test]
    public async Task A_bar_in_the_code_of_a_table_has_no_escape()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var page = await server.Http.GetStringAsync(new Uri(server.AppointmentService, "?domain"));
        Assert.That(page, Does.Contain("(MTL|QUE|SHE)").And.Not.Contain("\\|"));
    }

    [Test]
    public async Task A_link_of_a_page_leads_to_a_place_that_is_there()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var pages = new Dictionary<string, string>();
        foreach (var key in SoapTestServer.Options.Pages.Select(page => page.Key).Append(""))
            pages.Add(key, await server.Http.GetStringAsync($"{server.AppointmentService}?{key}"));
        var links = from page in pages
                    from Match link in Link().Matches(page.Value)
                    let target = WebUtility.HtmlDecode(link.Groups[1].Value)
                    where !target.StartsWith("http", StringComparison.Ordinal) && !target.StartsWith("?wsdl", StringComparison.Ordinal)
                    select (From: page.Key, Target: target);
        Assert.That(links.Count(), Is.GreaterThan(30));
        Assert.That(links.Where(link => !Leads(link.From, link.Target)), Is.Empty);

        bool Leads(string from, string target)
        {
            var (key, anchor) = target.Split('#') is [var before, var after] ? (before, after) : (target, "");
            return pages.TryGetValue(key.Length == 0 ? from : key[1..], out var text)
                && (anchor.Length == 0 || text.Contains($" id=\"{anchor}\"", StringComparison.Ordinal));
        }
    }

    private static async Task<string> PageForAsync(SoapTestServer server, string host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, server.AppointmentService);
        request.Headers.TryAddWithoutValidation("Host", host);
        using var response = await server.Http.SendAsync(request);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK).Or.EqualTo(HttpStatusCode.BadRequest));
        return await response.Content.ReadAsStringAsync();
    }

    private static List<string> Samples(string page, string sort) =>
    [
        .. Sample().Matches(page).Where(match => match.Groups["sort"].Value == sort)
            .Select(match => WebUtility.HtmlDecode(match.Groups["text"].Value)),
    ];

    private static async Task<string> ShellAsync(string line)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", line]) { RedirectStandardOutput = true })!;
        var output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        Assert.That(shell.ExitCode, Is.Zero, line);
        return output;
    }

    [GeneratedRegex("<pre class=\"(?<sort>\\w+)\">(?<text>[^<]*)</pre>")]
    private static partial Regex Sample();

    [GeneratedRegex("<a href=\"([^\"]*)\"")]
    private static partial Regex Link();
}
