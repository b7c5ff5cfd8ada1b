using System.Net;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;

namespace Dams.Tests.Hosting;

internal sealed class HostNamesTests
{
    private static readonly HostNames s_names = HostNames.Of(ClusterTopology.Default() with
    {
        AllowedHosts = ["dams.example.org", "10.0.0.7", "rooted.example.org."],
        PublicBaseUrl = new Uri("https://public.example.org:8443/x"),
    });

    [TestCase("localhost", true)]
    [TestCase("LocalHost.", true)]
    [TestCase("127.8.9.10", true)]
    [TestCase("[::1]", true)]
    [TestCase("192.0.2.7", true, Description = "the address of the connection")]
    [TestCase("DAMS.example.org", true)]
    [TestCase("dams.example.org.", true)]
    [TestCase("rooted.example.org", true)]
    [TestCase("10.0.0.7", true)]
    [TestCase("public.example.org", true)]
    [TestCase("192.0.2.8", false)]
    [TestCase("0.0.0.0", false)]
    [TestCase("[::]", false)]
    [TestCase("localhost.example.org", false)]
    [TestCase("example.org", false)]
    [TestCase("xdams.example.org", false)]
    [TestCase("127.0.0.1.example.org", false)]
    [TestCase("", false)]
    public void A_process_answers_under_loopback_its_own_address_and_the_hosts_of_the_configuration(string host, bool isOwn) =>
        Assert.That(s_names.Includes(host, IPAddress.Parse("192.0.2.7")), Is.EqualTo(isOwn));

    [TestCase("[2001:db8::7]", "2001:db8::7", true)]
    [TestCase("192.0.2.7", "::ffff:192.0.2.7", true)]
    [TestCase("192.0.2.7", null, false)]
    public void The_own_address_is_that_of_the_connection(string host, string? local, bool isOwn) =>
        Assert.That(s_names.Includes(host, local is null ? null : IPAddress.Parse(local)), Is.EqualTo(isOwn));
}
