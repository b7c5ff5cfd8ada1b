using System.Net;
using System.ServiceModel;
using System.Text;
using System.Xml.Linq;
using Dams.Contracts.Soap;
using Dams.Service;

namespace Dams.Tests.Soap;

/// <summary>The contract of the original system, as its clients use it.</summary>
public sealed class FrontEndImplTests
{
    private SoapTestServer _server = null!;

    [SetUp]
    public async Task SetUp() => _server = await SoapTestServer.StartAsync(new DictionaryExecutor());

    [TearDown]
    public async Task TearDown() => await _server.DisposeAsync();

    [Test]
    public async Task A_jax_ws_message_gets_an_answer_of_the_original_contract()
    {
        const string Request =
            """<?xml version="1.0" ?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>"""
            + """<ns2:receiveRequestFromClient xmlns:ns2="http://dams.ws.com/"><arg0>MTLA1234</arg0><arg1>Physician</arg1>"""
            + """<arg2>MTLE210422</arg2><arg3>2</arg3><arg4></arg4><arg5>1</arg5></ns2:receiveRequestFromClient></S:Body></S:Envelope>""";
        using var request = SoapMessage.Post(_server.FrontEnd, Encoding.UTF8.GetBytes(Request), "text/xml; charset=utf-8", "\"\"");
        using var response = await _server.Http.SendAsync(request);
        var wrapper = XDocument.Parse(await response.Content.ReadAsStringAsync()).Root!.Elements().Single().Elements().Single();
        Assert.That(wrapper.Name, Is.EqualTo(XName.Get("receiveRequestFromClientResponse", "http://dams.ws.com/")));
        Assert.That(wrapper.Elements().Single().Name, Is.EqualTo(XName.Get("return")));
        Assert.That(wrapper.Value, Is.EqualTo("Added: Physician MTLE210422 is open with 2 places."));
    }

    [Test]
    public async Task Say_hello_answers_an_empty_wrapper()
    {
        const string Request =
            """<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>"""
            + """<n:sayHello xmlns:n="http://dams.ws.com/"><arg0>MTLA1234</arg0></n:sayHello></S:Body></S:Envelope>""";
        using var request = SoapMessage.Post(_server.FrontEnd, Encoding.UTF8.GetBytes(Request), "text/xml", "");
        using var response = await _server.Http.SendAsync(request);
        var wrapper = XDocument.Parse(await response.Content.ReadAsStringAsync()).Root!.Elements().Single().Elements().Single();
        Assert.That(
            (wrapper.Name.LocalName, wrapper.Nodes().Count(), response.StatusCode),
            Is.EqualTo(("sayHelloResponse", 0, HttpStatusCode.OK)));
    }

    [Test]
    public async Task Both_menus_work_through_a_channel_factory()
    {
        using var factory = new ChannelFactory<IFrontEndImpl>(new BasicHttpBinding(), new EndpointAddress(_server.FrontEnd));
        var client = factory.CreateChannel();
        string[] answers =
        [
            await Admin("Physician", "MTLE210422", 2, "", 1),
            await Admin("Physician", "MTLE210422", 2, "", 1),
            await Admin("Surgeon", "MTLM220422", 1, "", 1),
            await Admin("Physician", "", 0, "", 3),
            await Admin("Physician", "MTLE210422", 0, "MTLP1234", 4),
            await Admin("", "", 0, "MTLP1234", 5),
            await client.ReceiveRequestForSwapAsync("MTLA1234", "Physician", "MTLE210422", "Surgeon", "MTLM220422", "MTLP1234", 7),
            await Admin("", "MTLM220422", 0, "MTLP1234", 6),
            await Patient("Physician", "MTLE210422", 1),
            await Patient("", "", 3),
            await client.ReceiveRequestForSwapAsync("MTLP1234", "Physician", "MTLE210422", "Surgeon", "MTLM220422", "", 4),
            await Patient("", "MTLM220422", 2),
            await Admin("Physician", "MTLE210422", 0, "", 2),
        ];
        Assert.That(answers, Is.EqualTo(new[]
        {
            "Added: Physician MTLE210422 is open with 2 places.",
            "AlreadyExists: Physician MTLE210422 was open already; its capacity is unchanged.",
            "Added: Surgeon MTLM220422 is open with 1 place.",
            "Listed: 1 Physician appointment.\nMTLE210422 Physician 2/2",
            "Booked: Physician MTLE210422 is booked for MTLP1234.",
            "Scheduled: MTLP1234 has 1 booking.\nMTLE210422 Physician",
            "Swapped: Physician MTLE210422 is exchanged for Surgeon MTLM220422 for MTLP1234.",
            "Cancelled: MTLM220422 is cancelled for MTLP1234.",
            "Booked: Physician MTLE210422 is booked for MTLP1234.",
            "Scheduled: MTLP1234 has 1 booking.\nMTLE210422 Physician",
            "Swapped: Physician MTLE210422 is exchanged for Surgeon MTLM220422 for MTLP1234.",
            "Cancelled: MTLM220422 is cancelled for MTLP1234.",
            "Removed: Physician MTLE210422 is removed; nobody had booked it.",
        }));
        await client.SayHelloAsync("MTLA1234");

        Task<string> Admin(string type, string id, int capacity, string patient, int menu) =>
            client.ReceiveRequestFromClientAsync("MTLA1234", type, id, capacity, patient, menu);
        Task<string> Patient(string type, string id, int menu) => client.ReceiveRequestFromClientAsync("MTLP1234", type, id, 0, "", menu);
    }

    [TestCase("<n:sayHello xmlns:n='http://dams.ws.com/'/>", "arg0")]
    [TestCase("<n:sayHello xmlns:n='http://dams.ws.com/'><n:arg0>MTLA1234</n:arg0></n:sayHello>", "arg0")]
    [TestCase("<n:sayHello xmlns:n='http://dams.ws.com/'><arg0>MTLA1234</arg0><arg1/></n:sayHello>", "arg1")]
    [TestCase("<sayHello><arg0>MTLA1234</arg0></sayHello>", "sayHello")]
    [TestCase(
        "<n:receiveRequestFromClient xmlns:n='http://dams.ws.com/'><arg0/><arg1/><arg2/><arg3>two</arg3><arg4/><arg5>1</arg5>"
        + "</n:receiveRequestFromClient>",
        "two")]
    public async Task A_message_outside_the_contract_gets_a_client_fault(string body, string reason)
    {
        using var request = SoapMessage.Post(_server.FrontEnd, Encoding.UTF8.GetBytes(SoapMessage.Envelope(body)), "text/xml", "\"\"");
        var answer = await SoapMessage.SendAsync(_server, request);
        Assert.That(
            (answer.Status, answer.Code, answer.Detail),
            Is.EqualTo((HttpStatusCode.InternalServerError, "Client", (XElement?)null)));
        Assert.That(answer.Reason, Does.Contain(reason));
    }

    [TestCase(
        "<arg0 xsi:type='xsd:string' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xmlns:xsd='http://www.w3.org/2001/XMLSchema'>"
        + "MTLA1234</arg0>")]
    [TestCase("<arg0 s:encodingStyle='http://schemas.xmlsoap.org/soap/encoding/'>MTLA1234</arg0>")]
    [TestCase("<arg0/>")]
    public async Task The_usual_additions_of_rpc_clients_are_accepted(string argument)
    {
        var body = $"<n:sayHello xmlns:n='http://dams.ws.com/'>{argument}</n:sayHello>";
        using var request = SoapMessage.Post(_server.FrontEnd, Encoding.UTF8.GetBytes(SoapMessage.Envelope(body)), "text/xml", "\"\"");
        using var response = await _server.Http.SendAsync(request);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("MTLX1234", "Physician", "MTLE210422", 1, "", 1, "InvalidRequest: arg0 'MTLX1234' is not")]
    [TestCase("MTLA1234", "Wizard", "MTLE210422", 1, "", 1, "InvalidRequest: arg1 'Wizard' is not")]
    [TestCase("MTLA1234", "Physician", "MTLE310222", 1, "", 1, "InvalidRequest: appointmentId 'MTLE310222' is not")]
    [TestCase("MTLA1234", "Physician", "MTLE210422", 0, "", 1, "InvalidRequest: capacity '0' is not")]
    [TestCase("MTLA1234", "Physician", "MTLE210422", 1, "", 8, "InvalidRequest: arg5 '8' is not")]
    [TestCase("MTLA1234", "Physician", "MTLE210422", 1, "", 7, "InvalidRequest: arg5 '7' is not")]
    [TestCase("MTLP1234", "Physician", "MTLE210422", 1, "", 5, "InvalidRequest: arg5 '5' is not")]
    [TestCase("QUEA1234", "Physician", "MTLE210422", 1, "", 1, "NotPermitted: QUEA1234 may not change slots of MTL")]
    [TestCase("MTLP1234", "Physician", "MTLE210422", 1, "MTLP9999", 1, "NotPermitted: MTLP1234 may act for MTLP1234 only.")]
    public async Task Faults_are_answered_as_text(
        string user, string type, string id, int capacity, string patient, int menu, string expected)
    {
        var service = new FrontEndImpl(new DictionaryExecutor());
        Assert.That(await service.ReceiveRequestFromClientAsync(user, type, id, capacity, patient, menu), Does.StartWith(expected));
    }
}
