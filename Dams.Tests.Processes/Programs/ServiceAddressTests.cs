using System.Net;
using System.Xml.Linq;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Tests.Hosting;

namespace Dams.Tests.Processes.Programs;

/// <summary>The address in the WSDL of a process that runs alone, by its configuration.</summary>
[Category("Processes")]
[Parallelizable]
internal sealed class ServiceAddressTests
{
    private static readonly HttpClient Http = new();
    private TestFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    [TestCase("/AppointmentService", "")]
    [TestCase("/ReplicaService", "")]
    [TestCase("/AppointmentService", "--standalone")]
    [TestCase("/FrontEnd", "--standalone")]
    public async Task The_wsdl_of_a_replica_names_the_replica_whatever_the_public_address_is(string path, string option)
    {
        Configure(topology => topology with { PublicBaseUrl = new Uri("https://dams.example.org/x") });
        string[] more = option.Length == 0 ? [] : [option];
        using var process = TestProcess.Start(NodeRole.Replica, ["--id", "replica2", "--config", _folder.File("mine.json"), .. more]);
        var address = $"http://{_folder.Address}:8092{path}";
        Assert.That(await LocationAsync(process, address), Is.EqualTo(address));
    }

    [Test]
    public async Task The_wsdl_of_a_front_end_names_the_public_address()
    {
        Configure(topology => topology with { PublicBaseUrl = new Uri("https://dams.example.org/x") });
        using var process = TestProcess.Start(NodeRole.FrontEnd, "--id", "frontend1", "--config", _folder.File("mine.json"));
        Assert.That(
            await LocationAsync(process, $"http://{_folder.Address}:8080/AppointmentService"),
            Is.EqualTo("https://dams.example.org/x/AppointmentService"));
    }

    [TestCase("127.0.0.0/8", "https://dams.example.org/AppointmentService")]
    [TestCase("10.0.0.1/32", null)]
    public async Task The_wsdl_of_a_front_end_names_what_a_trusted_proxy_forwards(string proxy, string? expected)
    {
        Configure(topology => topology with { TrustedProxies = [IPNetwork.Parse(proxy)], AllowedHosts = ["dams.example.org"] });
        using var process = TestProcess.Start(NodeRole.FrontEnd, "--id", "frontend1", "--config", _folder.File("mine.json"));
        var address = $"http://{_folder.Address}:8080/AppointmentService";
        Assert.That(await LocationAsync(process, address), Is.EqualTo(expected ?? address));
    }

    private void Configure(Func<ClusterTopology, ClusterTopology> change) => File.WriteAllText(
        _folder.File("mine.json"), change(ClusterTopology.Default(address: _folder.Address, dataFolder: _folder.Path)).Write());

    private static async Task<string> LocationAsync(TestProcess process, string address)
    {
        var text = await Eventually.HasAsync(() =>
        {
            Assert.That(process.HasExited, Is.False, process.Errors);
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, address + "?wsdl");
                request.Headers.Add("X-Forwarded-Proto", "https");
                request.Headers.Add("X-Forwarded-Host", "dams.example.org");
                using var response = Http.Send(request);
                return response.IsSuccessStatusCode ? response.Content.ReadAsStringAsync().GetAwaiter().GetResult() : null;
            }
            catch (HttpRequestException)
            {
                return null;
            }
        });
        return XDocument.Parse(text).Descendants().Attributes("location").Select(location => location.Value).Distinct().Single();
    }
}
