using System.Diagnostics;
using System.Net;
using System.Text;
using System.Xml.Linq;
using Dams.Contracts.Soap;
using Dams.Soap;
using Microsoft.AspNetCore.Builder;

namespace Dams.Tests.Soap;

/// <summary>
/// The original system's contract takes every message that JAX-WS took and that has one meaning. It names what is wrong with others.
/// </summary>
public sealed class ForgivingReaderTests
{
    private const string Plain =
        "<arg0>MTLA1234</arg0><arg1>Physician</arg1><arg2>MTLE210422</arg2><arg3>2</arg3><arg4></arg4><arg5>1</arg5>";

    private const string Added = "Added: Physician MTLE210422 is open with 2 places.";
    private static readonly string[] s_pieces =
    [
        "<arg3>2</arg3>", "<arg4/>", "<n:arg5>1</n:arg5>", "<x/>", "<x>", "</x>", "<!-- c -->", "<![CDATA[2]]>", "<?x y?>", "&#0;",
        "&lt;", "&", " xsi:nil='true'", " xsi:nil='false'", " href='#a'", " xmlns=''", " xmlns='urn:x'", " s:mustUnderstand='1'",
        " id='a'", "\n", "+", "9", "", "<s:Header/>", "<s:Body/>", "text", "\uFFFF", "😀",
    ];

    private SoapTestServer _server = null!;

    [SetUp]
    public async Task SetUp() => _server = await SoapTestServer.StartAsync(new DictionaryExecutor());

    [TearDown]
    public async Task TearDown() => await _server.DisposeAsync();

    private static IEnumerable<TestCaseData> Forgiven()
    {
        yield return Case("in the order of the WSDL", Plain);
        yield return Case(
            "backwards",
            "<arg5>1</arg5><arg4/><arg3>2</arg3><arg2>MTLE210422</arg2><arg1>Physician</arg1><arg0>MTLA1234</arg0>");
        yield return Case("unused text absent", With("<arg4></arg4>", ""));
        yield return Case("unused text nil", With("<arg4></arg4>", "<arg4 xsi:nil='true'/>"));
        yield return Case("unused text nil by 1, with white space in it", With("<arg4></arg4>", "<arg4 xsi:nil=' 1 '> \n</arg4>"));
        yield return Case("not nil", With("<arg3>2", "<arg3 xsi:nil='false'>2"));
        yield return Case("unused text null in XML Schema 1999", With(
            "<arg4></arg4>", "<arg4 xmlns:o='http://www.w3.org/1999/XMLSchema-instance' o:null='1'/>"));
        yield return Case("prefixes that look like references", With("<arg0>", "<arg0 xmlns:ref='urn:r' xmlns:href='urn:h'>"));
        yield return Case("unused text null", With("<arg4></arg4>", "<arg4>null</arg4>"));
        yield return Case("unknown parts", $"<arg6>9</arg6>{Plain}<more xmlns='urn:m'>x<y>z</y>x</more><n:arg7/>");
        yield return Case("unknown parts that are deep", Deep("<x>", 29) + Deep("</x>", 29) + Plain);
        yield return Case("64 elements", string.Concat(Enumerable.Repeat("<x/>", 58)) + Plain);
        yield return Case("names of parameters beside their parts", Plain + "<userID>QUEA0001</userID>");
        yield return Case("white space around a number", With(">2<", "> \t\r\n2 <"));
        yield return Case("a plus sign", With(">2<", ">+2<"));
        yield return Case("zeros before a number", With(">2<", ">002<"));
        yield return Case("a comment in a number", With(">2<", "><!-- two -->2<"));
        yield return Case("an instruction in a text", With("MTLA1234", "MTLA<?x y?>1234"));
        yield return Case("CDATA", With("MTLA1234", "MTLA<![CDATA[1234]]>").Replace(">2<", "><![CDATA[2]]><", StringComparison.Ordinal));
        yield return Case("a character by its number", With("MTLA1234", "MTLA&#x31;234"));
        yield return Case("parts in the operation's namespace", Plain
            .Replace("<arg", "<n:arg", StringComparison.Ordinal)
            .Replace("</arg", "</n:arg", StringComparison.Ordinal));
        yield return Case("attributes", With(
            "<arg0>", "<arg0 id='a' xml:lang='en' xsi:type='x:string' s:encodingStyle='http://schemas.xmlsoap.org/soap/encoding/'>"));
        yield return Case("type in lower case", With("Physician", "physician"));
        yield return Case("type in upper case, with white space", With("Physician", "\n PHYSICIAN "));
        yield return Case("ids in lower case, with white space", With("MTLA1234", " mtla1234\n").Replace(
            "MTLE210422", "\tmtle210422 ", StringComparison.Ordinal));

        static TestCaseData Case(string name, string parts) => new TestCaseData(parts).SetArgDisplayNames(name);
    }

    private static IEnumerable<TestCaseData> Refused()
    {
        yield return Case("twice", Plain + "<arg2>MTLE210422</arg2>", "appointmentID is there twice; send it once.");
        yield return Case("twice, once qualified", Plain + "<n:arg0>QUEA1234</n:arg0>", "userID is there twice; send it once.");
        yield return Case("nested", With(">2<", ">2<b xsi:nil='true'>9</b>0<"), "capacity has the element 'b' in it; send plain text.");
        yield return Case("word", With(">2<", ">two<"), $"capacity 'two' is not a whole number from {int.MinValue} to {int.MaxValue}.");
        yield return Case("two numbers", With(">2<", ">2 0<"), "capacity '2 0' is not a whole number");
        yield return Case("fraction", With(">1<", ">1.0<"), "menuOption '1.0' is not a whole number");
        yield return Case("too big", With(">2<", ">4294967298<"), "capacity '4294967298' is not a whole number");
        yield return Case("long", With(">2<", $">{new string('9', 5000)}<"), $"capacity '{new string('9', 63)}…' is not a whole number");
        yield return Case(
            "nil with a value", With("<arg3>", "<arg3 xsi:nil='true'>"), "capacity is nil, but has the value '2'; send either xsi:nil or");
        yield return Case(
            "nil id with a value", With("<arg2>", "<arg2 xsi:nil='1'>"), "appointmentID is nil, but has the value 'MTLE210422';");
        yield return Case(
            "href",
            With("<arg0>MTLA1234</arg0>", "<arg0 href='#id0'/>"),
            "userID refers to another element by href; send its value in its place.");
        yield return Case(
            "foreign namespace",
            With("<arg1>", "<arg1 xmlns='urn:x'>"),
            "appointmentType is in the namespace 'urn:x'; send it in no namespace.");
        yield return Case(
            "null of XML Schema 1999 with a value",
            With("<arg3>", "<arg3 xmlns:o='http://www.w3.org/1999/XMLSchema-instance' o:null='1'>"),
            "capacity is nil, but has the value '2'; send either xsi:nil or");
        yield return Case(
            "ref of SOAP 1.2",
            With("<arg0>MTLA1234</arg0>", "<arg0 xmlns:e='http://www.w3.org/2003/05/soap-encoding' e:ref='id0'/>"),
            "userID refers to another element by ref; send its value in its place.");
        yield return Case(
            "names of parameters instead of parts",
            Plain.Replace("arg0", "userID", StringComparison.Ordinal),
            "The element of userID is 'arg0' in the WSDL; send it under that name.");
        yield return Case("text", Plain + "hello", "receiveRequestFromClient has the text 'hello' outside its parameters.");
        yield return Case(
            "65 elements",
            Plain + string.Concat(Enumerable.Repeat("<x/>", 59)),
            "'receiveRequestFromClient' has more than 64 child elements.");
        yield return Case("65 attributes", With("<arg0>", $"<arg0 {Attributes(65)}>"), "'arg0' has more than 64 attributes.");
        yield return Case("deep", Plain + Deep("<x>", 30) + Deep("</x>", 30), "The message is nested deeper than 32 elements.");

        static TestCaseData Case(string name, string parts, string reason) => new TestCaseData(parts, reason).SetArgDisplayNames(name);
    }

    private static IEnumerable<TestCaseData> RefusedEnvelopes()
    {
        var call = Call(Plain);
        var whole = Envelope(call);
        yield return Case("empty", "", "Client", "The message is empty.");
        yield return Case("not XML", "hello", "Client", "The message is not well-formed XML, at line 1, position 1");
        yield return Case("cut off", whole[..^5], "Client", "The message is not well-formed XML, at line 1");
        yield return Case("two documents", whole + "<x/>", "Client", "The message is not well-formed XML, at line 1");
        yield return Case("document type", "<!DOCTYPE a [<!ENTITY e 'x'>]>" + whole, "Client", "A document type declaration is not");
        yield return Case("no envelope", "<x/>", "Client", "The message is not a SOAP envelope: its root element is 'x'.");
        yield return Case("foreign envelope", "<Envelope/>", "VersionMismatch", "The envelope is neither SOAP 1.1 nor SOAP 1.2: it is");
        yield return Case(
            "other version",
            whole.Replace(SoapMessage.Soap11, SoapMessage.Soap12, StringComparison.Ordinal),
            "VersionMismatch",
            "The content type says SOAP 1.1, but the envelope is of SOAP 1.2. Send it as application/soap+xml.");
        yield return Case("no body", whole.Replace("s:Body", "s:Bod", StringComparison.Ordinal), "Client", "The envelope has no Body");
        yield return Case("no content", $"<s:Envelope xmlns:s='{SoapMessage.Soap11}'/>", "Client", "The envelope has no Body");
        yield return Case("empty body", Envelope(" "), "Client", "The Body is empty.");
        yield return Case("text in the body", Envelope("hello"), "Client", "The Body has text in it.");
        yield return Case("text behind the operation", Envelope(call + "hello"), "Client", "The Body has text in it.");
        yield return Case(
            "two operations", Envelope(call + call), "Client", "The Body has another element after receiveRequestFromClient: 'receive");
        yield return Case("text before the body", Before("hello"), "Client", "The envelope has text between its elements.");
        yield return Case("text behind the body", Behind("hello"), "Client", "The envelope has text between its elements.");
        yield return Case("two bodies", Behind("<s:Body/>"), "Client", "The envelope has a 'Body' after the Body.");
        yield return Case("text in the header", Before("<s:Header>hello</s:Header>"), "Client", "The Header has text between its");
        yield return Case(
            "header that must be understood",
            Before("<s:Header><h xmlns='urn:h' s:mustUnderstand='1'/></s:Header>"),
            "MustUnderstand",
            "The header 'urn:h:h' must be understood");
        yield return Case(
            "operation in no namespace",
            Envelope("<sayHello/>"),
            "Client",
            "The operation element 'sayHello' is in no namespace, but it must be in 'http://dams.ws.com/'.");
        yield return Case(
            "operation in another namespace",
            Envelope("<sayHello xmlns='http://dams.ws.com'/>"),
            "Client",
            "The operation element 'sayHello' is in the namespace 'http://dams.ws.com', but it must be in 'http://dams.ws.com/'.");
        yield return Case(
            "operation by href",
            Envelope("<n:sayHello href='#id0'/>"),
            "Client",
            "sayHello refers to another element by href; send its value in its place.");
        yield return Case(
            "long header that must be understood",
            Before($"<s:Header><h xmlns='urn:{new string('h', 500)}' s:mustUnderstand='1'/></s:Header>"),
            "MustUnderstand",
            $"The header 'urn:{new string('h', 60)}…' must be understood, but this service does not understand it.");
        yield return Case(
            "unknown operation",
            Envelope("<n:AddAppointment/>"),
            "Client",
            "There is no operation 'AddAppointment'. The operations are receiveRequestFromClient, receiveRequestForSwap, sayHello.");

        string Before(string more) => whole.Replace("<s:Body>", more + "<s:Body>", StringComparison.Ordinal);
        string Behind(string more) => whole.Replace("</s:Body>", "</s:Body>" + more, StringComparison.Ordinal);
        static TestCaseData Case(string name, string envelope, string code, string reason) =>
            new TestCaseData(envelope, code, reason).SetArgDisplayNames(name);
    }

    private static IEnumerable<TestCaseData> Floods()
    {
        yield return Flood("children", 32_000, "<x/>", "{0}");
        yield return Flood("children of an unknown part", 60_000, "<x/>", "<more>{0}</more>" + Plain);
        yield return Flood("nil children", 9_300, "<arg4 xsi:nil='true'/>", "{0}");
        yield return Flood("comments in a part", 30_000, "1<!---->", "<arg0>{0}</arg0>");
        yield return Flood("text", 250_000, "9", "<arg3>{0}</arg3>");
        yield return new TestCaseData($"<arg0 {Attributes(20_000)}/>").SetArgDisplayNames("attributes");
        yield return new TestCaseData($"<x {Attributes(20_000)}/>").SetArgDisplayNames("attributes of an unknown part");

        static TestCaseData Flood(string name, int count, string piece, string frame) =>
            new TestCaseData(frame.Replace("{0}", string.Concat(Enumerable.Repeat(piece, count)), StringComparison.Ordinal))
                .SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Forgiven))]
    public async Task A_message_with_one_meaning_is_carried_out(string parts)
    {
        var (status, wrapper) = await PostAsync(Envelope(Call(parts)));
        Assert.That((status, wrapper.Value), Is.EqualTo((HttpStatusCode.OK, Added)));
    }

    [TestCase("<n:sayHello/>")]
    [TestCase("<n:sayHello><n:arg0/></n:sayHello>")]
    [TestCase("<n:sayHello xsi:nil='true' id='a'><arg1/></n:sayHello>")]
    public async Task An_operation_without_its_part_is_carried_out(string body)
    {
        var (status, wrapper) = await PostAsync(Envelope(body));
        Assert.That((status, wrapper.Name.LocalName), Is.EqualTo((HttpStatusCode.OK, "sayHelloResponse")));
    }

    [TestCase("")]
    [TestCase("<arg3/>")]
    [TestCase("<arg3> \n </arg3>")]
    [TestCase("<arg3><!-- none --></arg3>")]
    [TestCase("<arg3 xsi:nil='true'/>")]
    public async Task A_number_without_a_value_is_0(string capacity)
    {
        var list = $"<arg5>3</arg5><arg0>MTLA1234</arg0><arg1>dental</arg1>{capacity}";
        Assert.That((await PostAsync(Envelope(Call(list)))).Wrapper.Value, Is.EqualTo("Listed: There are no Dental appointments."));
        var add = With("<arg3>2</arg3>", capacity);
        Assert.That(
            (await PostAsync(Envelope(Call(add)))).Wrapper.Value,
            Is.EqualTo("InvalidRequest: capacity '0' is not a whole number from 1 to 1000000."));
    }

    [TestCase("<x xmlns='urn:x'/><y xmlns='urn:x'>text<z/></y>", "")]
    [TestCase("", "<s:Header/>")]
    [TestCase("", "<s:Header><h xmlns='urn:h'>x<i/></h><h xmlns='urn:h' s:mustUnderstand='0'/></s:Header>")]
    [TestCase("", "<s:Header><h xmlns='urn:h' s:mustUnderstand='1' s:actor='urn:another'/></s:Header>")]
    public async Task Elements_around_the_body_are_passed_over(string behind, string before)
    {
        var envelope = Envelope(Call(Plain)).Replace("<s:Body>", before + "<s:Body>", StringComparison.Ordinal)
            .Replace("</s:Body>", "</s:Body>" + behind, StringComparison.Ordinal);
        Assert.That((await PostAsync($"<?xml version='1.0'?>\n<!-- c -->{envelope}\n<?x y?>")).Wrapper.Value, Is.EqualTo(Added));
    }

    [TestCaseSource(nameof(Refused))]
    public async Task A_message_that_is_ambiguous_is_refused_by_the_name_of_the_parameter(string parts, string reason)
    {
        var (status, fault) = await PostAsync(Envelope(Call(parts)));
        Assert.That((status, fault.Element("faultcode")?.Value), Is.EqualTo((HttpStatusCode.InternalServerError, "s:Client")));
        Assert.That(fault.Element("faultstring")!.Value, Does.StartWith(reason));
        Assert.That(fault.Element("detail"), Is.Null);
        Assert.That((await PostAsync(Envelope(Call(Plain)))).Wrapper.Value, Is.EqualTo(Added), "nothing was executed before");
    }

    [TestCaseSource(nameof(RefusedEnvelopes))]
    public async Task An_envelope_that_is_wrong_is_refused_and_not_executed(string envelope, string code, string reason)
    {
        var (status, fault) = await PostAsync(envelope);
        Assert.That((status, fault.Element("faultcode")?.Value), Is.EqualTo((HttpStatusCode.InternalServerError, "s:" + code)));
        Assert.That(fault.Element("faultstring")!.Value, Does.StartWith(reason));
        Assert.That((await PostAsync(Envelope(Call(Plain)))).Wrapper.Value, Is.EqualTo(Added), "nothing was executed before");
    }

    [TestCaseSource(nameof(Floods))]
    public void The_work_is_linear_in_the_length(string parts)
    {
        var contract = SoapContract.Of(typeof(IFrontEndImpl), WsdlDocuments.FrontEnd);
        var envelope = Envelope(Call(parts));
        var fastest = TimeSpan.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var watch = Stopwatch.StartNew();
            ForgivingReader.Read(contract, SoapVersion.Soap11, envelope, null, SoapTestServer.OriginalOptions, out _);
            fastest = watch.Elapsed < fastest ? watch.Elapsed : fastest;
        }

        TestContext.Out.WriteLine($"{envelope.Length} characters in {fastest.TotalMilliseconds:F1} ms");
        Assert.That(fastest, Is.LessThan(TimeSpan.FromMilliseconds(100)));
    }

    [Test]
    public void Mutated_messages_are_read_or_refused()
    {
        const int Count = 20_000;
        var contract = SoapContract.Of(typeof(IFrontEndImpl), WsdlDocuments.FrontEnd);
        var (read, refused) = (0, 0);
        for (var seed = 0; seed < Count; seed++)
        {
            var text = Mutated(Envelope(Call(Plain)), new Random(seed));
            var refusal = ForgivingReader.Read(contract, SoapVersion.Soap11, text, null, SoapTestServer.OriginalOptions, out var call);
            Assert.That(call is null, Is.EqualTo(refusal is not null), $"seed {seed}: {text}");
            if (refusal is null)
                read++;
            else
                refused++;
            Assert.That(refusal?.Reason ?? "", Does.Not.Contain("Exception").And.Not.Contain("System."), $"seed {seed}: {text}");
        }

        TestContext.Out.WriteLine($"{read} read, {refused} refused");
        Assert.That(Math.Min(read, refused), Is.GreaterThan(Count / 10), "the mutations leave some valid, and break some");
    }

    [Test]
    public async Task The_appointment_contract_does_not_forgive()
    {
        var add = SoapMessage.Add;
        string[] odd =
        [
            add.Replace("<capacity>2</capacity>", "", StringComparison.Ordinal),
            add.Replace("<capacity>2</capacity>", "<capacity/>", StringComparison.Ordinal),
            add.Replace("<capacity>2</capacity>", "<capacity>2</capacity><more/>", StringComparison.Ordinal),
            add.Replace("<callerId>MTLA1234</callerId>", "", StringComparison.Ordinal)
                .Replace("<capacity>2</capacity>", "<capacity>2</capacity><callerId>MTLA1234</callerId>", StringComparison.Ordinal),
            add.Replace("Physician", "physician", StringComparison.Ordinal),
        ];
        foreach (var body in odd)
        {
            var answer = await SoapMessage.SendAsync(_server, SoapMessage.Envelope(body));
            Assert.That(answer.Fault("code"), Is.EqualTo("InvalidRequest"), body);
        }
    }

    [Test]
    public async Task A_service_with_an_enumeration_does_not_forgive()
    {
        await using var app = WebApplication.CreateSlimBuilder().AddSoapHost().Build();
        Assert.That(
            () => app.MapSoapService<IAppointmentService>(
                "/x", _ => throw new NotSupportedException(), SoapTestServer.Options with { IsForgiving = true }),
            Throws.InvalidOperationException.With.Message.Contains("'appointmentType' is an enumeration"));
    }

    // Up to three pieces at random places, most of them between elements or in their start tags.
    private static string Mutated(string envelope, Random random)
    {
        var text = new StringBuilder(envelope);
        for (var mutations = random.Next(4); mutations > 0; mutations--)
        {
            var piece = s_pieces[random.Next(s_pieces.Length)];
            var at = random.Next(text.Length + 1);
            if (random.Next(4) > 0)
            {
                var end = text.ToString().IndexOf('>', random.Next(text.Length));
                at = end < 0 ? at : end + (piece.StartsWith(' ') ? 0 : 1);
            }

            if (random.Next(4) == 0)
                text.Remove(at, Math.Min(random.Next(12), text.Length - at));
            text.Insert(at, piece);
        }

        return text.ToString();
    }

    private static string With(string old, string @new) => Plain.Replace(old, @new, StringComparison.Ordinal);

    private static string Call(string parts) => $"<n:receiveRequestFromClient>{parts}</n:receiveRequestFromClient>";

    private static string Envelope(string body) =>
        $"<s:Envelope xmlns:s='{SoapMessage.Soap11}' xmlns:n='{SoapNamespaces.FrontEnd}'"
        + $" xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><s:Body>{body}</s:Body></s:Envelope>";

    private static string Deep(string tag, int count) => string.Concat(Enumerable.Repeat(tag, count));

    private static string Attributes(int count) => string.Join(' ', Enumerable.Range(0, count).Select(i => $"a{i}=''"));

    private async Task<(HttpStatusCode Status, XElement Wrapper)> PostAsync(string envelope)
    {
        using var request = SoapMessage.Post(_server.FrontEnd, Encoding.UTF8.GetBytes(envelope), "text/xml; charset=utf-8", "\"\"");
        using var response = await _server.Http.SendAsync(request);
        var body = XDocument.Parse(await response.Content.ReadAsStringAsync()).Root!.Elements().Last();
        return (response.StatusCode, body.Elements().Single());
    }
}
