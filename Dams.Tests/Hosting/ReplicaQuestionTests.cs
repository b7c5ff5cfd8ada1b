using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Contracts.Soap;
using Dams.Hosting.Cluster;
using Dams.Hosting.Topology;

namespace Dams.Tests.Hosting;

/// <summary>A nonsensical answer of a replica counts as no answer, and does no other harm.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ReplicaQuestionTests : IAsyncDisposable
{
    private const string Right = $"<r:GetStateDigestResponse xmlns:r='{SoapNamespaces.ReplicaV1}'><r:result><r:found>true</r:found>"
        + "<r:sequence>7</r:sequence><r:digest>ab</r:digest></r:result></r:GetStateDigestResponse>";

    // A few times the longest message, for its bytes and its text.
    private const long AllocatedMax = 32L << 20;

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
        yield return Case("a connection that is closed at once", []);
        yield return Case("half an HTTP head", Encoding.ASCII.GetBytes("HTTP/1.1 200"));
        yield return Case("fewer bytes than announced",
            Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 1000\r\n\r\n<a>"));
        yield return Case("no body", BabblingServer.Http(""));
        yield return Case("an HTML page", BabblingServer.Http("<html><body>welcome</body></html>", "text/html"));
        yield return Case("an HTML page of an error", BabblingServer.Http("<html>oops</html>", "text/html", "500 Internal Server Error"));
        yield return Case("a redirect", Encoding.ASCII.GetBytes(
            "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        yield return Case("JSON", BabblingServer.Http("{}", "application/json"));
        yield return Case("XML that breaks off", BabblingServer.Http(Soap(Right)[..^40]));
        yield return Case("XML without an envelope", BabblingServer.Http("<a/>"));
        yield return Case("a DTD", BabblingServer.Http("<!DOCTYPE a [<!ENTITY b 'c'>]>" + Soap(Right)));
        yield return Case("an empty envelope", BabblingServer.Http(Soap("")));
        yield return Case("an empty answer",
            BabblingServer.Http(Soap($"<r:GetStateDigestResponse xmlns:r='{SoapNamespaces.ReplicaV1}'/>")));
        yield return Case("the answer of another operation",
            BabblingServer.Http(Soap($"<r:GetReplyResponse xmlns:r='{SoapNamespaces.ReplicaV1}'/>")));
        yield return Case("a word instead of a number",
            BabblingServer.Http(Soap(Right.Replace(">7<", ">seven<", StringComparison.Ordinal))));
        yield return Case("too large a number",
            BabblingServer.Http(Soap(Right.Replace(">7<", ">99999999999999999999<", StringComparison.Ordinal))));
        yield return Case("a word instead of a truth value",
            BabblingServer.Http(Soap(Right.Replace(">true<", ">perhaps<", StringComparison.Ordinal))));
        yield return Case("a fault without details", BabblingServer.Http(
            Soap("<s:Fault><faultcode>s:Server</faultcode><faultstring>no</faultstring></s:Fault>"), status: "500 Internal Server Error"));
        yield return Case("a fault of another shape",
            BabblingServer.Http(Soap("<s:Fault><detail><x/></detail></s:Fault>"), status: "500 Internal Server Error"));
        var manyLines = string.Concat(Enumerable.Repeat("no&#10;&#13;", 400));
        yield return Case("a long fault text on many lines", BabblingServer.Http(
            Soap($"<s:Fault><faultcode>s:Server</faultcode><faultstring>{manyLines}</faultstring></s:Fault>"),
            status: "500 Internal Server Error"));
        yield return Case("a permanent redirect", BabblingServer.Http(Soap(Right), status: "308 Permanent Redirect"));
        yield return Case("another HTTP status", BabblingServer.Http(Soap(Right), status: "202 Accepted"));
        yield return Case("half a million elements deep", BabblingServer.Http(Soap(string.Concat(Enumerable.Repeat("<a>", 500_000)))));
        yield return Case("a million elements deep", BabblingServer.Http(Soap(string.Concat(Enumerable.Repeat("<a>", 1_000_000)))));
        yield return Case("a digest of 5,000 characters",
            BabblingServer.Http(Soap(Right.Replace("ab", new string('a', 5_000), StringComparison.Ordinal))));
        yield return Case("a digest of 3 MiB",
            BabblingServer.Http(Soap(Right.Replace("ab", new string('a', 3 << 20), StringComparison.Ordinal))));
        yield return Case("a digest of 9 MiB",
            BabblingServer.Http(Soap(Right.Replace("ab", new string('a', 9 << 20), StringComparison.Ordinal))));
        yield return Case("a length of 3 GiB",
            Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 3221225472\r\n\r\n<a>"));
        yield return Case("200 MB compressed to a few bytes", Gzip(200_000_000));
        yield return Case("10,000 elements deep", BabblingServer.Http(Soap(string.Concat(Enumerable.Repeat("<a>", 10_000)))));

        static TestCaseData Case(string name, byte[] says) => new TestCaseData(says).SetArgDisplayNames(name);
    }

    private static IEnumerable<SlotAvailability> AllSlots() =>
        from day in Enumerable.Range(0, new DateOnly(2100, 1, 1).DayNumber - new DateOnly(2000, 1, 1).DayNumber)
        from time in Enum.GetValues<TimeOfDay>()
        from hospital in Enum.GetValues<Hospital>()
        select new SlotAvailability(
            new Slot(new AppointmentId(hospital, new DateOnly(2000, 1, 1).AddDays(day), time), AppointmentType.Dental), 1, 1);

    private static byte[] Gzip(int bytes)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(Encoding.ASCII.GetBytes(Soap(Right)));
            var spaces = Enumerable.Repeat((byte)' ', 1_000_000).ToArray();
            for (var written = 0; written < bytes; written += spaces.Length)
                gzip.Write(spaces);
        }

        var head = "HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Encoding: gzip\r\n"
            + $"Content-Length: {compressed.Length}\r\nConnection: close\r\n\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. compressed.ToArray()];
    }

    private static string Soap(string body) =>
        $"<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>{body}</s:Body></s:Envelope>";

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
        var before = GC.GetTotalAllocatedBytes();
        var problem = await Assert.ThrowsAsync<ReplicaUnusableException>(AskAsync);
        Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(AllocatedMax));
        Assert.That(problem!.Message, Is.Not.Empty.And.Length.LessThanOrEqualTo(ReplicaUnusableException.MessageLengthMax)
            .And.Not.StartWith("no answer within"));
        Assert.That(problem.Message.Any(char.IsControl), Is.False);
        _replica.Says = BabblingServer.Http(Soap(Right));
        Assert.That((await AskAsync()).Sequence, Is.EqualTo(7));
    }

    /// <summary>Each answer has a beginning, and a piece that follows without end. Some answers are refused at their beginning.</summary>
    [TestCase("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n", null)]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 1000\r\n\r\n<a>", null)]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n", "4\r\n<a/>\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n", " ")]
    [TestCase("HTTP/1.1 200 OK\r\n", "X: y\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Type: ", "text/")]
    [TestCase("", "HTTP/1.1 100 Continue\r\n\r\n")]
    [TestCase(null, null)]
    public async Task A_question_ends_at_the_timeout_of_its_caller(string? begins, string? goesOn)
    {
        // WCF takes a while for its first question.
        _replica.Says = BabblingServer.Http(Soap(Right));
        await AskAsync();
        _replica.Says = begins is null ? null : Encoding.ASCII.GetBytes(begins);
        _replica.GoesOnWith = goesOn is null ? null : Encoding.ASCII.GetBytes(goesOn);
        _replica.Lingers = true;
        var (began, before) = (Stopwatch.GetTimestamp(), GC.GetTotalAllocatedBytes());
        await Assert.ThrowsAsync<ReplicaUnusableException>(() => AskAsync(TimeSpan.FromSeconds(1)));
        await Eventually.IsTrueAsync(() => _replica.Left == 1);
        Assert.That(Stopwatch.GetElapsedTime(began), Is.LessThan(TimeSpan.FromSeconds(4)), "WCF's own timeout is longer");
        Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(AllocatedMax));
    }

    [Test]
    public async Task A_caller_that_gives_up_early_does_not_end_other_questions()
    {
        var early = Enumerable.Range(0, 10).Select(_ => AskAsync(TimeSpan.FromMilliseconds(300))).ToList();
        var late = Enumerable.Range(0, 10).Select(_ => AskAsync(TimeSpan.FromMilliseconds(1_200))).ToList();
        foreach (var (question, says) in early.Select(question => (question, "no answer within 0.3 s"))
            .Concat(late.Select(question => (question, "no answer within 1.2 s"))))
        {
            Assert.That((await Assert.ThrowsAsync<ReplicaUnusableException>(() => question))!.Message, Is.EqualTo(says));
        }

        await Eventually.IsTrueAsync(() => _replica.Left == _replica.Asked);
        Assert.That(_replica.Asked, Is.GreaterThan(0));
    }

    [TestCase("307 Temporary Redirect")]
    [TestCase("308 Permanent Redirect")]
    [TestCase("302 Found")]
    public async Task A_redirect_from_a_replica_is_not_followed(string status)
    {
        var other = ClusterTopology.Default(address: _folder.Address, dataFolder: _folder.Path).Managers[1].Listen;
        await using var manager = new BabblingServer(other.ToEndPoint()) { Says = BabblingServer.Http(Soap(Right)) };
        _replica.Says = Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status}\r\nLocation: {other.ToHttpUri()}leave?force\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        var problem = await Assert.ThrowsAsync<ReplicaUnusableException>(AskAsync);
        Assert.That(problem!.Message, Does.Contain(status[..3]));
        Assert.That(manager.Asked, Is.Zero);
    }

    [Test]
    public async Task The_longest_body_of_a_reply_is_read()
    {
        var body = ReplyCodec.Encode(new ListReply([.. AllSlots()]));
        _replica.Says = BabblingServer.Http(Soap(
            $"<r:GetReplyResponse xmlns:r='{SoapNamespaces.ReplicaV1}'><r:result><r:found>true</r:found><r:sequence>7</r:sequence>"
            + $"<r:body>{Convert.ToBase64String(body)}</r:body></r:result></r:GetReplyResponse>"));
        var reply = await ReplicaQuestion.AskAsync(_clients.Of, 1, client => client.GetReplyAsync(7), s_patience);
        Assert.That(reply.Body, Is.EqualTo(body));
    }

    [Test]
    public async Task A_timeout_of_the_channel_is_not_reported_as_the_timeout_of_the_caller()
    {
        var problem = await Assert.ThrowsAsync<ReplicaUnusableException>(() => ReplicaQuestion.AskAsync<GetStateDigestResult>(
            _clients.Of, 1, _ => throw new TimeoutException("the channel was not opened in time"), s_patience));
        Assert.That(problem!.Message, Is.EqualTo("the channel was not opened in time"));
    }

    [Test]
    public async Task Silence_until_the_timeout_is_no_answer()
    {
        var began = Stopwatch.GetTimestamp();
        var problem = await Assert.ThrowsAsync<ReplicaUnusableException>(() => AskAsync(TimeSpan.FromMilliseconds(200)));
        Assert.That(problem!.Message, Is.EqualTo("no answer within 0.2 s"));
        Assert.That(Stopwatch.GetElapsedTime(began), Is.GreaterThanOrEqualTo(TimeSpan.FromMilliseconds(190)));
    }

    [Test]
    public async Task A_replica_that_does_not_run_gives_no_answer() => await Assert.ThrowsAsync<ReplicaUnusableException>(
        () => ReplicaQuestion.AskAsync(_clients.Of, 2, client => client.GetStateDigestAsync(7), s_patience));

    [Test]
    public async Task An_answer_that_the_caller_cannot_read_is_the_fault_of_the_replica()
    {
        _replica.Says = BabblingServer.Http(Soap(Right));
        var problem = await Assert.ThrowsAsync<ReplicaUnusableException>(() => ReplicaQuestion.AskAsync(
            _clients.Of, 1, client => client.GetStateDigestAsync(7), answer => long.Parse(answer.Digest!, CultureInfo.InvariantCulture),
            s_patience));
        Assert.That(problem!.Message, Does.StartWith("its answer can't be read: FormatException: "));
    }

    [Test]
    public async Task A_stop_is_not_mistaken_for_silence()
    {
        using var stopping = new CancellationTokenSource();
        var question = ReplicaQuestion.AskAsync(_clients.Of, 1, client => client.GetStateDigestAsync(7), s_patience, stopping.Token);
        await stopping.CancelAsync();
        Assert.That(await Assert.CatchAsync(() => question), Is.InstanceOf<OperationCanceledException>());
    }

    private Task<GetStateDigestResult> AskAsync() => AskAsync(s_patience);

    private Task<GetStateDigestResult> AskAsync(TimeSpan patience) =>
        ReplicaQuestion.AskAsync(_clients.Of, 1, client => client.GetStateDigestAsync(7), patience);
}
