using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Dams.Contracts.Soap;
using Dams.Soap;
using Dams.Tests.Contracts;

namespace Dams.Tests.Soap;

/// <summary>
/// Valid envelopes, mutated by seed. Every answer is valid or a typed fault, and the quick reader accepts nothing that the validator
/// rejects.
/// </summary>
public sealed class FuzzedEnvelopesTests
{
    private static readonly int s_count =
        int.Parse(Environment.GetEnvironmentVariable("DAMS_FUZZ_ENVELOPES") ?? "10000", CultureInfo.InvariantCulture);

    private static readonly int s_seed =
        int.Parse(Environment.GetEnvironmentVariable("DAMS_FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture);

    private static readonly string[] s_pieces =
    [
        "<", ">", "/>", "</", "&", "&amp;", "&#65;", "&#0;", "&lt;x&gt;", "<!-- c -->", "<!--", "-->",
        "<![CDATA[MTL]]>", "<![CDATA[", "]]>", "<?pi x?>", " ", "\t", "\r\n", "\u00A0", "\u0000", "\uFFFE", "😀", "é",
        " xsi:type=\"xsd:string\"", " xsi:nil=\"true\"", " xsi:nil=\"false\"", " xsi:nil=\" 1 \"", " xmlns=\"\"", " xmlns:p=\"urn:p\"",
        " id=\"1\"", " s:encodingStyle=\"urn:e\"", " xml:lang=\"en\"", " s:mustUnderstand=\"1\"",
        "<callerId>MTLA1234</callerId>", "<requestId>x</requestId>", "<requestId/>", "<requestId xsi:nil=\"true\"/>",
        "<capacity>2</capacity>", "<s:Header/>", "<s:Header><h xmlns=\"urn:h\" s:mustUnderstand=\"1\"/></s:Header>",
        "Physician", "physician", "Dental", "2", "-1", "+7", "007", "2147483647", "2147483648", "1e3", "0x10",
        "MTLA1234", "QUEP0001", "SHEE290224", "", "<!DOCTYPE a>",
        "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>",
    ];

    [Test]
    public async Task Mutated_envelopes_are_answered_or_refused_with_a_typed_fault()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var (answered, refused) = (0, 0);
        for (var i = 0; i < s_count; i++)
        {
            var (text, version) = Mutated(i);
            var body = Encoding.UTF8.GetBytes(text);
            using var request = SoapMessage.Post(server.AppointmentService, body, version.ContentType);
            SoapAnswer answer;
            try
            {
                answer = await SoapMessage.SendAsync(server, request);
                if (answer.IsFault)
                {
                    refused++;
                    Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.InternalServerError));
                    Assert.That(answer.Code, Is.AnyOf("Client", "Sender", "MustUnderstand", "VersionMismatch"));
                    Assert.That(answer.Detail is null, Is.EqualTo(answer.Code is "MustUnderstand" or "VersionMismatch"), "detail");
                    Assert.That(answer.Text, Does.Not.Contain("Exception").And.Not.Contain("System."));
                }
                else
                {
                    answered++;
                    Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK));
                }
            }
            catch (Exception e) when (e is not SuccessException)
            {
                throw new AssertionException($"DAMS_FUZZ_SEED={s_seed} envelope {i}: {e.Message}\n{text}", e);
            }
        }

        TestContext.Out.WriteLine($"{answered} answered, {refused} refused");
        if (s_count < 1000)
            return;
        Assert.That(answered, Is.GreaterThan(s_count / 50), "the mutations leave some valid");
        Assert.That(refused, Is.GreaterThan(s_count / 10), "the mutations break some");
    }

    [Test]
    public void The_validator_accepts_every_message_that_the_quick_reader_accepts()
    {
        var contract = SoapContract.Of(typeof(IAppointmentService), WsdlDocuments.AppointmentService);
        var (quick, slow) = (0, 0);
        var different = new ConcurrentBag<string>();

        // In parallel, since requests share the schema that they are validated against.
        Parallel.For(0, s_count, i =>
        {
            var (text, version) = Mutated(i);
            var isRead = MessageReader.TryRead(contract, version, text, null, 32, out var read);
            var refusal = MessageValidator.Read(contract, version, text, null, 32, out var validated);
            if (refusal is null)
                Interlocked.Increment(ref slow);
            if (!isRead)
                return;
            Interlocked.Increment(ref quick);
            if (refusal is not null
                || read!.Operation.Name != validated!.Operation.Name
                || !read.Arguments.SequenceEqual(validated.Arguments))
            {
                different.Add($"DAMS_FUZZ_SEED={s_seed} envelope {i}: {refusal?.Reason ?? "other arguments"}\n{text}");
            }
        });
        TestContext.Out.WriteLine($"{slow} accepted, {quick} of them quickly");
        Assert.That(different, Is.Empty);
        Assert.That(quick, Is.GreaterThan(slow / 2), "most of what is accepted needs no validation");
    }

    [Test]
    public void The_valid_envelopes_call_every_operation()
    {
        var random = new Random(s_seed);
        var valid = string.Concat(Enumerable.Range(0, 500).Select(_ => Valid(random, SoapVersion.Soap11)));
        Assert.That(
            Operation.All.Where(operation => !valid.Contains($"<{operation} ", StringComparison.Ordinal)),
            Is.Empty,
            "operations that FuzzedEnvelopesTests.Valid makes no envelope of");
    }

    // A message depends on its number and the seed alone, so that it can be repeated.
    private static (string Text, SoapVersion Version) Mutated(int number)
    {
        var random = new Random(unchecked(s_seed * 1_000_003 + number));
        var version = random.Next(2) == 0 ? SoapVersion.Soap11 : SoapVersion.Soap12;
        var text = new StringBuilder(Valid(random, version));
        for (var mutations = random.Next(4); mutations > 0; mutations--)
        {
            var at = random.Next(text.Length + 1);
            switch (random.Next(6))
            {
                case 0:
                    text.Insert(at, Pick(random, s_pieces));
                    break;
                case 1:
                    text.Remove(at, Math.Min(random.Next(1, 12), text.Length - at));
                    break;
                case 2 when at < text.Length:
                    text[at] = (char)random.Next(32, 127);
                    break;
                case 3:
                    InsertAtTag(text, random, Pick(random, s_pieces));
                    break;
                case 4:
                    ReplaceValue(text, random, Pick(random, s_pieces));
                    break;
                default:
                    var length = Math.Min(random.Next(1, 60), text.Length - at);
                    text.Insert(random.Next(text.Length + 1), text.ToString(at, length));
                    break;
            }
        }

        return (text.ToString(), version);
    }

    private static string Valid(Random random, SoapVersion version)
    {
        string[] callers = ["MTLA1234", "MTLP1234", "QUEA0001", " shea9999 ", "SHEP0000"];
        string[] ids = ["MTLE210422", "QUEM010199", "shea290224"];
        string[] types = ["Physician", "Surgeon", "Dental"];
        (string, string)[] arguments = random.Next(7) switch
        {
            0 =>
            [
                ("AddAppointment", ""), ("callerId", Pick(random, callers)), ("appointmentId", Pick(random, ids)),
                ("appointmentType", Pick(random, types)), ("capacity", $"{random.Next(1, 5)}"),
            ],
            1 =>
            [
                ("RemoveAppointment", ""), ("callerId", Pick(random, callers)), ("appointmentId", Pick(random, ids)),
                ("appointmentType", Pick(random, types)),
            ],
            2 => [("ListAppointmentAvailability", ""), ("callerId", Pick(random, callers)), ("appointmentType", Pick(random, types))],
            3 =>
            [
                ("BookAppointment", ""), ("callerId", Pick(random, callers)), ("patientId", "MTLP1234"),
                ("appointmentId", Pick(random, ids)), ("appointmentType", Pick(random, types)),
            ],
            4 => [("GetAppointmentSchedule", ""), ("callerId", Pick(random, callers)), ("patientId", "MTLP1234")],
            5 =>
            [
                ("CancelAppointment", ""), ("callerId", Pick(random, callers)), ("patientId", "MTLP1234"),
                ("appointmentId", Pick(random, ids)),
            ],
            _ =>
            [
                ("SwapAppointment", ""), ("callerId", Pick(random, callers)), ("patientId", "MTLP1234"),
                ("oldAppointmentId", Pick(random, ids)), ("oldAppointmentType", Pick(random, types)),
                ("newAppointmentId", Pick(random, ids)), ("newAppointmentType", Pick(random, types)),
            ],
        };
        IEnumerable<(string, string)> parameters = arguments.Skip(1);
        if (random.Next(3) == 0)
            parameters = parameters.Append(("requestId", Pick(random, ["", "a", "b", new string('c', 64)])));
        var call = BadInputTests.Call(arguments[0].Item1, [.. parameters]);
        var envelope = SoapMessage.Envelope(
            call, version.Namespace, random.Next(4) == 0 ? "<s:Header><h xmlns=\"urn:h\">x</h></s:Header>" : "");
        envelope = envelope.Replace(
            "<s:Envelope",
            "<s:Envelope xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"",
            StringComparison.Ordinal);
        return random.Next(3) == 0
            ? "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + envelope.Replace("><", ">\n  <", StringComparison.Ordinal)
            : envelope;
    }

    private static void InsertAtTag(StringBuilder text, Random random, string piece)
    {
        var ends = new List<int>();
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '>')
                ends.Add(i);
        }

        if (ends.Count > 0)
            text.Insert(Pick(random, ends) + (piece.StartsWith(' ') ? 0 : 1), piece);
    }

    private static void ReplaceValue(StringBuilder text, Random random, string piece)
    {
        var whole = text.ToString();
        var open = whole.IndexOf('>', random.Next(whole.Length));
        var close = open < 0 ? -1 : whole.IndexOf('<', open);
        if (close > open)
            text.Remove(open + 1, close - open - 1).Insert(open + 1, piece);
    }

    private static T Pick<T>(Random random, IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
