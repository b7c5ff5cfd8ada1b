using System.Diagnostics;
using System.Globalization;
using System.Text;
using Dams.Contracts.Soap;
using Dams.Contracts.Topology;
using Dams.Hosting.Cluster;
using NUnit.Framework;

namespace Dams.Tests.Hosting;

/// <summary>A replica that talks nonsense is a replica without an answer, and nothing worse.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ReplicaQuestionTests : IAsyncDisposable
{
    private const string Right = $"<r:GetStateDigestResponse xmlns:r='{SoapNamespaces.ReplicaV1}'><r:result><r:found>true</r:found><r:sequence>7</r:sequence><r:digest>ab</r:digest></r:result></r:GetStateDigestResponse>";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private readonly TestFolder _folder = new();
    private readonly ReplicaClients _clients;
    private readonly BabblingServer _replica;

    public ReplicaQuestionTests()
    {
        var topology = ClusterTopology.Default(address: _folder.Address, dataFolder: _folder.Path);
        _clients = new ReplicaClients(topology);
        _replica = new BabblingServer(topology.FindReplica(1)!.Listen.ToEndPoint());
    }

    private static IEnumerable<TestCaseData> Nonsense()
    {
        yield return Case("not HTTP", Encoding.ASCII.GetBytes("hello\r\n\r\n"));
        yield return Case("nothing but an end", []);
        yield return Case("half an HTTP head", Encoding.ASCII.GetBytes("HTTP/1.1 200"));
        yield return Case("fewer bytes than announced", Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 1000\r\n\r\n<a>"));
        yield return Case("no body", BabblingServer.Http(""));
        yield return Case("a page", BabblingServer.Http("<html><body>welcome</body></html>", "text/html"));
        yield return Case("an error's page", BabblingServer.Http("<html>oops</html>", "text/html", "500 Internal Server Error"));
        yield return Case("a redirection", Encoding.ASCII.GetBytes("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        yield return Case("JSON", BabblingServer.Http("{}", "application/json"));
        yield return Case("XML that breaks off", BabblingServer.Http(Soap(Right)[..^40]));
        yield return Case("another XML", BabblingServer.Http("<a/>"));
        yield return Case("a DTD", BabblingServer.Http("<!DOCTYPE a [<!ENTITY b 'c'>]>" + Soap(Right)));
        yield return Case("an empty envelope", BabblingServer.Http(Soap("")));
        yield return Case("an empty answer", BabblingServer.Http(Soap($"<r:GetStateDigestResponse xmlns:r='{SoapNamespaces.ReplicaV1}'/>")));
        yield return Case("another operation's answer", BabblingServer.Http(Soap($"<r:GetReplyResponse xmlns:r='{SoapNamespaces.ReplicaV1}'/>")));
        yield return Case("no number", BabblingServer.Http(Soap(Right.Replace(">7<", ">seven<", StringComparison.Ordinal))));
        yield return Case("too big a number", BabblingServer.Http(Soap(Right.Replace(">7<", ">99999999999999999999<", StringComparison.Ordinal))));
        yield return Case("no truth", BabblingServer.Http(Soap(Right.Replace(">true<", ">perhaps<", StringComparison.Ordinal))));
        yield return Case("a fault without a meaning", BabblingServer.Http(Soap("<s:Fault><faultcode>s:Server</faultcode><faultstring>no</faultstring></s:Fault>"), status: "500 Internal Server Error"));
        yield return Case("a fault of another shape", BabblingServer.Http(Soap("<s:Fault><detail><x/></detail></s:Fault>"), status: "500 Internal Server Error"));
        yield return Case("10,000 elements deep", BabblingServer.Http(Soap(string.Concat(Enumerable.Repeat("<a>", 10_000)))));

        static TestCaseData Case(string name, byte[] says) => new TestCaseData(says).SetArgDisplayNames(name);
    }

    private static string Soap(string body) => $"<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>{body}</s:Body></s:Envelope>";

    public async ValueTask DisposeAsync()
    {
        _clients.Dispose();
        await _replica.DisposeAsync();
        _folder.Dispose();
    }

    [TestCaseSource(nameof(Nonsense))]
    public async Task Nonsense_is_no_answer_and_the_next_question_is_answered(byte[] says)
    {
        _replica.Says = says;
        var problem = await Assert.ThrowsAsync<ReplicaUnusableException>(AskAsync);
        Assert.That(problem!.Message, Is.Not.Empty);
        _replica.Says = BabblingServer.Http(Soap(Right));
        Assert.That((await AskAsync()).Sequence, Is.EqualTo(7));
    }

    [Test]
    public async Task Silence_is_no_answer_when_patience_ends()
    {
        var began = Stopwatch.GetTimestamp();
        var problem = await Assert.ThrowsAsync<ReplicaUnusableException>(() => AskAsync(TimeSpan.FromMilliseconds(200)));
        Assert.That(problem!.Message, Is.EqualTo("no answer within 0.2 s"));
        Assert.That(Stopwatch.GetElapsedTime(began), Is.GreaterThanOrEqualTo(TimeSpan.FromMilliseconds(190)));
    }

    [Test]
    public async Task A_replica_that_is_not_there_is_no_answer() => await Assert.ThrowsAsync<ReplicaUnusableException>(
        () => ReplicaQuestion.AskAsync(_clients.Of, 2, client => client.GetStateDigestAsync(7), s_patience));

    [Test]
    public async Task What_can_t_be_made_of_an_answer_is_the_replica_s_fault()
    {
        _replica.Says = BabblingServer.Http(Soap(Right));
        var problem = await Assert.ThrowsAsync<ReplicaUnusableException>(() => ReplicaQuestion.AskAsync(
            _clients.Of, 1, client => client.GetStateDigestAsync(7), answer => long.Parse(answer.Digest!, CultureInfo.InvariantCulture), s_patience));
        Assert.That(problem!.Message, Does.StartWith("its answer can't be read: FormatException: "));
    }

    [Test]
    public async Task A_stop_is_told_from_silence()
    {
        using var stopping = new CancellationTokenSource();
        var question = ReplicaQuestion.AskAsync(_clients.Of, 1, client => client.GetStateDigestAsync(7), s_patience, stopping.Token);
        await stopping.CancelAsync();
        Assert.That(await Assert.CatchAsync(() => question), Is.InstanceOf<OperationCanceledException>());
    }

    private Task<GetStateDigestResult> AskAsync() => AskAsync(s_patience);

    private Task<GetStateDigestResult> AskAsync(TimeSpan patience) => ReplicaQuestion.AskAsync(_clients.Of, 1, client => client.GetStateDigestAsync(7), patience);
}
