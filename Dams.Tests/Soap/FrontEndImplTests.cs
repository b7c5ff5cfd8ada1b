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

    [TestCase("MTLX1234", "Physician", "MTLE210422", 1, "", 1, "InvalidRequest: userID 'MTLX1234' is not")]
    [TestCase(null, "Physician", "MTLE210422", 1, "", 1, "InvalidRequest: userID '' is not")]
    [TestCase("MTLA1234", "Wizard", "MTLE210422", 1, "", 1, "InvalidRequest: appointmentType 'Wizard' is not")]
    [TestCase("MTLA1234", "Wizard", "MTLE210422", 1, "", 2, "InvalidRequest: appointmentType 'Wizard' is not")]
    [TestCase("MTLA1234", null, "MTLE210422", 1, "", 3, "InvalidRequest: appointmentType '' is not")]
    [TestCase("MTLA1234", "phyſician", "MTLE210422", 1, "", 3, "InvalidRequest: appointmentType 'phyſician' is not")]
    [TestCase("MTLA1234", "Physıcıan", "MTLE210422", 1, "", 3, "InvalidRequest: appointmentType 'Physıcıan' is not")]
    [TestCase("MTLA1234", "Physician", "MTLE310222", 1, "", 1, "InvalidRequest: appointmentID 'MTLE310222' is not")]
    [TestCase("MTLA1234", "Physician", null, 1, "", 2, "InvalidRequest: appointmentID '' is not")]
    [TestCase("MTLA1234", "Physician", "null", 1, "MTLP1234", 4, "InvalidRequest: appointmentID 'null' is not")]
    [TestCase("MTLA1234", "Physician", "", 1, "MTLP1234", 6, "InvalidRequest: appointmentID '' is not")]
    [TestCase("MTLA1234", "Physician", "MTLE210422", 0, "", 1, "InvalidRequest: capacity '0' is not")]
    [TestCase("MTLA1234", "Physician", "MTLE210422", 1, null, 4, "InvalidRequest: patientID '' is not")]
    [TestCase("MTLA1234", "Physician", "MTLE210422", 1, "null", 5, "InvalidRequest: patientID 'null' is not")]
    [TestCase("MTLA1234", "Physician", "MTLE210422", 1, "MTLA1234", 6, "InvalidRequest: patientID 'MTLA1234' is not")]
    [TestCase("MTLA1234", "Physician", "MTLE210422", 1, "", 0, "InvalidRequest: menuOption '0' is not")]
    [TestCase("MTLA1234", "Physician", "MTLE210422", 1, "", 8, "InvalidRequest: menuOption '8' is not")]
    [TestCase("MTLA1234", "Physician", "MTLE210422", 1, "", 7, "InvalidRequest: menuOption '7' is not")]
    [TestCase("MTLP1234", "Physician", "MTLE210422", 1, "", 5, "InvalidRequest: menuOption '5' is not")]
    [TestCase("QUEA1234", "Physician", "MTLE210422", 1, "", 1, "NotPermitted: QUEA1234 may not change slots of MTL")]
    [TestCase("MTLP1234", "Physician", "MTLE210422", 1, "MTLP9999", 1, "NotPermitted: MTLP1234 may act for MTLP1234 only.")]
    public async Task Faults_are_answered_as_text_with_the_names_of_this_contract(
        string? user, string? type, string? id, int capacity, string? patient, int menu, string expected)
    {
        var service = new FrontEndImpl(new DictionaryExecutor());
        Assert.That(await service.ReceiveRequestFromClientAsync(user, type, id, capacity, patient, menu), Does.StartWith(expected));
    }

    [TestCase("MTLX1234", "Physician", "MTLE210422", "Surgeon", "MTLM220422", "MTLP1234", 7, "InvalidRequest: userID 'MTLX1234' is not")]
    [TestCase("MTLA1234", "Wizard", "MTLE210422", "Surgeon", "MTLM220422", "MTLP1234", 7, "InvalidRequest: oldAppointmentType 'Wizard' is")]
    [TestCase("MTLA1234", "Physician", "", "Surgeon", "MTLM220422", "MTLP1234", 7, "InvalidRequest: oldAppointmentID '' is not")]
    [TestCase("MTLA1234", "Physician", "MTLE210422", null, "MTLM220422", "MTLP1234", 7, "InvalidRequest: newAppointmentType '' is not")]
    [TestCase("MTLA1234", "Physician", "MTLE210422", "Surgeon", "MTLM", "MTLP1234", 7, "InvalidRequest: newAppointmentID 'MTLM' is not")]
    [TestCase("MTLA1234", "Physician", "MTLE210422", "Surgeon", "MTLM220422", "", 7, "InvalidRequest: patientID '' is not")]
    [TestCase("MTLA1234", "Physician", "MTLE210422", "Surgeon", "MTLM220422", "MTLP1234", 4, "InvalidRequest: menuOption '4' is not swap")]
    [TestCase("MTLP1234", "physician ", " mtle210422", "SURGEON", "mtlm220422", null, 4, "NotBooked: MTLP1234 has not booked Physician")]
    public async Task A_swap_is_answered_with_the_names_of_this_contract(
        string? user, string? oldType, string? oldId, string? newType, string? newId, string? patient, int menu, string expected)
    {
        var service = new FrontEndImpl(new DictionaryExecutor());
        Assert.That(
            await service.ReceiveRequestForSwapAsync(user, oldType, oldId, newType, newId, patient, menu), Does.StartWith(expected));
    }

    [TestCase("mtlp1234", "")]
    [TestCase(" MTLP1234\n", null)]
    [TestCase("MTLP1234", "null")]
    [TestCase("MTLP1234", " NULL ")]
    [TestCase("MTLP1234", "mtlp1234 ")]
    public async Task A_patient_may_leave_the_patient_out(string user, string? patient)
    {
        var service = new FrontEndImpl(new DictionaryExecutor());
        Assert.That(
            await service.ReceiveRequestFromClientAsync(user, null, null, 0, patient, 3),
            Is.EqualTo("Scheduled: MTLP1234 has no bookings."));
    }

    private static IEnumerable<TestCaseData> Troubles()
    {
        const string Later = " The request was not executed; try again in";
        const string Look = " It may have had its effect: look at the schedule before repeating it.";
        yield return Case(DamsFaults.Overloaded(TimeSpan.FromSeconds(1)), $"Overloaded: The service is overloaded.{Later} 1 second.");
        yield return Case(
            DamsFaults.Overloaded(TimeSpan.FromMilliseconds(1500)), $"Overloaded: The service is overloaded.{Later} 2 seconds.");
        yield return Case(
            DamsFaults.OverloadedUntilDeadline(TimeSpan.FromSeconds(1)),
            $"Overloaded: The service is overloaded and could not finish in time.{Look}");
        yield return Case(DamsFaults.SequencerUnavailable(), $"SequencerUnavailable: No sequencer took the request in time.{Look}");
        yield return Case(DamsFaults.NoQuorum(), $"NoQuorum: No two replicas gave the same reply in time.{Look}");
        yield return Case(
            DamsFaults.InsufficientReplicas(), $"InsufficientReplicas: Fewer than two replicas are active.{Later} 5 seconds.");
        yield return Case(
            DamsFaults.NoRoom(readsToo: true),
            "InsufficientReplicas: Too few replicas have room on their disks. Until they have, writes and reads are refused."
            + $"{Later} 5 seconds.");
        yield return Case(
            DamsFaults.ReplicaDivergence(), $"ReplicaDivergence: The replicas disagree, and none is in the majority.{Look}");
        yield return Case(DamsFaults.InternalError(), "InternalError: The replicas could not execute the request.");
        yield return Case(DamsFaults.RequestIdReused(null), "InternalError: The replicas could not execute the request.");
        yield return Case(DamsFaults.TooBig(), "InvalidRequest: The request is too long.");
        yield return Case(DamsFaults.Unauthenticated(), "Unauthenticated: The caller is not authenticated.");

        static TestCaseData Case(FaultException<DamsFault> fault, string answer) =>
            new TestCaseData(fault, answer).SetArgDisplayNames($"{fault.Detail.Code} {fault.Detail.RetryAfterMs}");
    }

    [TestCaseSource(nameof(Troubles))]
    public async Task A_fault_of_the_cluster_is_answered_as_text_that_has_no_use_for_a_request_id(
        FaultException<DamsFault> fault, string answer)
    {
        var service = new FrontEndImpl(new ScriptedExecutor((_, _, _) => throw fault));
        Assert.That(await service.ReceiveRequestFromClientAsync("MTLP1234", "", "", 0, "", 3), Is.EqualTo(answer));
        Assert.That(
            await service.ReceiveRequestForSwapAsync("MTLP1234", "Physician", "MTLE210422", "Surgeon", "MTLM220422", "", 4),
            Is.EqualTo(answer));
    }

    [Test]
    public async Task A_defect_is_a_fault_with_the_reference_of_the_log()
    {
        var broken = new ScriptedExecutor((_, _, _) => throw new NotSupportedException("secret"));
        await using var server = await SoapTestServer.StartAsync(broken);
        using var factory = new ChannelFactory<IFrontEndImpl>(new BasicHttpBinding(), new EndpointAddress(server.FrontEnd));
        var fault = (await Assert.ThrowsAsync<FaultException>(() =>
            factory.CreateChannel().ReceiveRequestFromClientAsync("MTLP1234", "", "", 0, "", 3)))!;
        Assert.That(fault.Message, Does.StartWith("Internal error. The log of the service has the cause under the reference "));
        Assert.That((fault.Code.Name, fault.Message.Contains("secret", StringComparison.Ordinal)), Is.EqualTo(("Server", false)));
    }

    [Test]
    public async Task The_wsdl_declares_the_fault_on_the_operations_that_declared_it_in_the_original()
    {
        XNamespace wsdl = "http://schemas.xmlsoap.org/wsdl/";
        XNamespace soap = "http://schemas.xmlsoap.org/wsdl/soap/";
        var root = XDocument.Parse(await _server.Http.GetStringAsync(_server.FrontEnd + "?wsdl")).Root!;
        string[] expected = ["receiveRequestFromClient", "receiveRequestForSwap"];
        var declared = root.Element(wsdl + "portType")!.Elements().Where(operation => operation.Element(wsdl + "fault") is not null);
        var bound = root.Element(wsdl + "binding")!.Elements(wsdl + "operation").Where(operation =>
            operation.Element(wsdl + "fault")?.Element(soap + "fault") is { } fault
            && (string?)fault.Attribute("name") == "IOException"
            && (string?)fault.Attribute("use") == "literal");
        Assert.That(declared.Select(operation => (string?)operation.Attribute("name")), Is.EqualTo(expected));
        Assert.That(bound.Select(operation => (string?)operation.Attribute("name")), Is.EqualTo(expected));
        Assert.That(
            SoapMessage.SchemasOf(root.ToString()).GlobalElements.Contains(new("IOException", "http://dams.ws.com/")), Is.True);
    }
}
