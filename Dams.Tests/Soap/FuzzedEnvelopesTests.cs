using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Xml.Linq;
using Dams.Contracts.Domain;
using Dams.Service;
using Dams.Soap;
using Dams.Tests.Contracts;
using Dams.Tests.Hosting;
using Microsoft.Extensions.Logging;

namespace Dams.Tests.Soap;

/// <summary>
/// Valid envelopes, mutated by seed. Every answer is valid or a typed fault, the log says nothing that a client causes above Debug, memory
/// does not grow, and the quick reader accepts nothing that the validator refuses.
/// </summary>
public sealed class FuzzedEnvelopesTests
{
    private const int Batch = 1000;
    private const int MemoryGrowthMax = 8 * 1024 * 1024;

    // Fewer envelopes don't show growth: caches fill.
    private const int CountThatShowsGrowth = 50_000;
    private static readonly int s_count = EnvelopeFuzzer.Count;

    /// <summary>The beginnings of the categories of the server's own lines.</summary>
    private static readonly string[] s_servers = ["Microsoft.", "CoreWCF.", "Dams.Hosting.Web"];

    /// <summary>The time of the slowest envelope. It is long, because it is wall time on a machine that others use.</summary>
    private static readonly TimeSpan s_timeMax = TimeSpan.FromSeconds(10);

    [Test]
    public async Task Mutated_envelopes_are_answered_or_refused_with_a_typed_fault()
    {
        var executor = new RenewedExecutor();
        await using var server = await SoapTestServer.StartAsync(executor);
        var (answered, refused) = (0, 0);
        var watch = Stopwatch.StartNew();
        var memory = new GrowthMeter();
        for (var first = 0; first < s_count; first += Batch)
        {
            await Parallel.ForAsync(first, Math.Min(first + Batch, s_count), async (i, _) =>
            {
                var envelope = EnvelopeFuzzer.Make(i);
                try
                {
                    if (await IsAnsweredAsync(server, envelope))
                        Interlocked.Increment(ref answered);
                    else
                        Interlocked.Increment(ref refused);
                }
                catch (Exception e) when (e is not SuccessException)
                {
                    throw new AssertionException($"{e.Message}\n{envelope}", e);
                }
            });
            AssertQuiet(server, first);
            executor.Renew();
            await memory.NoteAsync(first);
        }

        TestContext.Out.WriteLine(
            $"{answered} answered, {refused} refused in {watch.Elapsed.TotalSeconds:F0} s; memory {memory.First} → {memory.Last} bytes");
        memory.AssertFlat();
        if (s_count < 1000)
            return;
        Assert.That(answered, Is.GreaterThan(s_count / 50), "the mutations leave some valid");
        Assert.That(refused, Is.GreaterThan(s_count / 10), "the mutations break some");
    }

    [Test]
    public async Task The_validator_accepts_every_message_that_the_quick_reader_accepts()
    {
        var (quick, slow, refused) = (0, 0, 0);
        var slowest = 0L;
        var different = new ConcurrentBag<string>();
        var watch = Stopwatch.StartNew();
        var memory = new GrowthMeter();
        for (var first = 0; first < s_count; first += Batch)
        {
            // In parallel, since requests share the schema that they are validated against.
            Parallel.For(first, Math.Min(first + Batch, s_count), i =>
            {
                var envelope = EnvelopeFuzzer.Make(i);
                var contract = envelope.IsOriginal ? BothReaders.FrontEnd : BothReaders.Appointments;
                var start = Stopwatch.GetTimestamp();
                var isRead = MessageReader.TryRead(
                    contract, envelope.Version, envelope.Text, envelope.Action, BothReaders.DepthMax, out var read);
                var refusal = MessageValidator.Read(
                    contract, envelope.Version, envelope.Text, envelope.Action, BothReaders.DepthMax, out var validated);
                InterlockedMax(ref slowest, Stopwatch.GetElapsedTime(start).Ticks);
                if (refusal is null)
                    Interlocked.Increment(ref slow);
                else
                    Interlocked.Increment(ref refused);
                if (refusal is not null && (refusal.Reason.Length == 0 || IsTechnical(refusal.Reason)))
                    different.Add($"{refusal.Reason}\n{envelope}");
                if (!isRead)
                    return;
                Interlocked.Increment(ref quick);
                if (refusal is not null
                    || read!.Operation.Name != validated!.Operation.Name
                    || !read.Arguments.SequenceEqual(validated.Arguments))
                {
                    different.Add($"{refusal?.Reason ?? "other arguments"}\n{envelope}");
                }
            });
            Assert.That(different, Is.Empty);
            await memory.NoteAsync(first);
        }

        TestContext.Out.WriteLine(
            $"{slow} accepted, {quick} of them quickly, {refused} refused in {watch.Elapsed.TotalSeconds:F0} s; the slowest took "
            + $"{TimeSpan.FromTicks(slowest).TotalMilliseconds:F0} ms; memory {memory.First} → {memory.Last} bytes");
        memory.AssertFlat();
        Assert.That(TimeSpan.FromTicks(slowest), Is.LessThan(s_timeMax));
        Assert.That(quick, Is.GreaterThan(slow / 2), "most of what is accepted needs no validation");
    }

    [Test]
    public void The_valid_envelopes_call_every_operation()
    {
        var random = new Random(EnvelopeFuzzer.Seed);
        var valid = string.Concat(Enumerable.Range(0, 500).Select(_ => EnvelopeFuzzer.Valid(random, SoapVersion.Soap11)));
        Assert.That(
            Operation.All.Where(operation => !valid.Contains($"<{operation} ", StringComparison.Ordinal)),
            Is.Empty,
            "operations that EnvelopeFuzzer.Valid makes no envelope of");
    }

    private static async Task<bool> IsAnsweredAsync(SoapTestServer server, FuzzedEnvelope envelope)
    {
        var address = envelope.IsOriginal ? server.FrontEnd : server.AppointmentService;
        using var request = SoapMessage.Post(
            address, envelope.Body, envelope.ContentType, envelope.Version == SoapVersion.Soap11 ? envelope.Action : null);
        var start = Stopwatch.GetTimestamp();
        using var response = await server.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(s_timeMax));
        Assert.That(IsTechnical(text), Is.False, text);
        var isTooLong = envelope.Body.Length > SoapTestServer.Options.RequestBytesMax;
        Assert.That(
            response.StatusCode,
            isTooLong
                ? Is.EqualTo(HttpStatusCode.RequestEntityTooLarge)
                : Is.AnyOf(HttpStatusCode.OK, HttpStatusCode.InternalServerError),
            text);
        if (envelope.IsOriginal)
        {
            // These answers are not in the schema that SoapAnswer checks.
            var body = XDocument.Parse(text).Root!.Elements().Last().Elements().Single();
            Assert.That(body.Name.LocalName == "Fault", Is.EqualTo(response.StatusCode != HttpStatusCode.OK), text);
            return response.StatusCode == HttpStatusCode.OK;
        }

        var answer = new SoapAnswer(response.StatusCode, response.Content.Headers.ContentType, text);
        Assert.That(answer.IsFault, Is.EqualTo(answer.Status != HttpStatusCode.OK));
        if (!answer.IsFault)
            return true;
        Assert.That(answer.Code, Is.AnyOf("Client", "Sender", "MustUnderstand", "VersionMismatch"), text);
        Assert.That(answer.Detail is null, Is.EqualTo(answer.Code is "MustUnderstand" or "VersionMismatch"), "detail");
        return false;
    }

    // The server's own lines about its start and each request and connection are at Information; none is about what is in a message.
    private static void AssertQuiet(SoapTestServer server, int first)
    {
        foreach (var line in server.TakeLog().Where(line => line.Level > LogLevel.Debug))
        {
            var isServers = line.Level == LogLevel.Information
                && s_servers.Any(name => line.Category!.StartsWith(name, StringComparison.Ordinal));
            Assert.That(
                isServers && line.Exception is null && !IsTechnical(line.Message),
                Is.True,
                $"DAMS_FUZZ_SEED={EnvelopeFuzzer.Seed}, an envelope from {first} on: {line.Category} {line.Level}: {line.Message}");
        }
    }

    private static bool IsTechnical(string text) => text.Contains("Exception", StringComparison.Ordinal)
        || text.Contains("System.", StringComparison.Ordinal)
        || text.Contains("   at ", StringComparison.Ordinal);

    private static void InterlockedMax(ref long most, long value)
    {
        for (var before = Volatile.Read(ref most); value > before; before = Volatile.Read(ref most))
        {
            if (Interlocked.CompareExchange(ref most, value, before) == before)
                return;
        }
    }

    /// <summary>Compares the memory in use after a tenth of the envelopes with that after the last.</summary>
    private sealed class GrowthMeter
    {
        private const int FallThatCounts = 256 * 1024;
        private static readonly TimeSpan s_steadyTime = TimeSpan.FromSeconds(30);

        public long First { get; private set; }

        public long Last { get; private set; }

        public async Task NoteAsync(int first)
        {
            var isTenth = First == 0 && first >= s_count / 10;
            if (!isTenth && first + Batch < s_count)
                return;
            Last = s_count >= CountThatShowsGrowth ? await SettledAsync() : GC.GetTotalMemory(forceFullCollection: true);
            if (isTenth)
                First = Last;
        }

        /// <summary>The memory in use once it stops falling: pools and timers give theirs back only after some time.</summary>
        private static async Task<long> SettledAsync()
        {
            var least = long.MaxValue;
            var fell = Stopwatch.GetTimestamp();
            await Eventually.IsTrueAsync(
                () =>
                {
                    var now = GC.GetTotalMemory(forceFullCollection: true);
                    if (now < least - FallThatCounts)
                        (least, fell) = (now, Stopwatch.GetTimestamp());
                    return Stopwatch.GetElapsedTime(fell) >= s_steadyTime;
                },
                "the memory in use stops falling");
            return least;
        }

        public void AssertFlat()
        {
            if (s_count >= CountThatShowsGrowth)
                Assert.That(Last - First, Is.LessThan(MemoryGrowthMax), "growth of the memory in use, in bytes");
        }
    }

    /// <summary>A dictionary that is exchanged for an empty one again and again, so that its entries don't count as growth.</summary>
    private sealed class RenewedExecutor : IAppointmentExecutor
    {
        private volatile DictionaryExecutor _executor = new();

        public void Renew() => _executor = new DictionaryExecutor();

        public ValueTask<ExecutedReply> ExecuteAsync(Command command, string? requestId, CancellationToken ct) =>
            _executor.ExecuteAsync(command, requestId, ct);
    }
}
