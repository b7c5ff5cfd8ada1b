using Dams.Soap;
using Dams.Tests.Contracts;
using Dams.Tests.Soap.Http;

namespace Dams.Tests.Soap;

/// <summary>A SOAPAction is accepted if it means the operation in the Body; a refusal ends with the action that is expected.</summary>
internal sealed class SoapActionTests
{
    private const string V1 = SoapMessage.V1;

    private static readonly string[] s_forms =
    [
        "", V1 + "/{0}", "{0}", "urn:{0}", V1 + "#{0}", V1 + ":{0}", V1 + "{0}", V1 + "/AppointmentPortType/{0}",
        V1 + "/AppointmentPortType/{0}Request",
    ];

    [TestCaseSource(nameof(s_forms))]
    public void Each_form_that_toolkits_make_up_is_accepted_for_its_own_operation_only(string form)
    {
        foreach (var operation in BothReaders.Appointments.Operations)
        {
            var action = form.Replace("{0}", operation.Name, StringComparison.Ordinal);
            Assert.That(
                BothReaders.Appointments.Operations.Where(other => other.AcceptsAction(action)).ToList(),
                form.Length == 0 ? Has.Count.EqualTo(Operation.All.Count) : Is.EqualTo(new[] { operation }));
        }

        BothReaders.Accepted(SoapMessage.Add, form.Replace("{0}", "AddAppointment", StringComparison.Ordinal));
    }

    [TestCase("BookAppointment")]
    [TestCase("addappointment")]
    [TestCase("urn:x/AddAppointment")]
    [TestCase(V1 + "/BookAppointment")]
    [TestCase(V1 + "/OtherPortType/AddAppointment")]
    [TestCase(V1)]
    [TestCase("xAddAppointment")]
    public void Another_action_is_refused_with_the_expected_one(string action)
    {
        var refused = BothReaders.Refused(SoapMessage.Add, action);
        Assert.That(refused.Field, Is.EqualTo("SOAPAction"));
        Assert.That(refused.Reason, Does.Contain($"'{(action.Length > 64 ? action[..64] : action)}"));
        Assert.That(refused.Reason, Does.EndWith($"Expected: {V1}/AddAppointment"));
    }

    [Test]
    public void A_long_action_leaves_room_for_the_expected_one() => Assert.That(
        BothReaders.Refused(SoapMessage.Add, new string('x', 8000)).Reason,
        Does.EndWith($"Expected: {V1}/AddAppointment"));

    [TestCase("")]
    [TestCase("sayHello")]
    [TestCase("http://dams.ws.com/FrontEndInterface/sayHelloRequest")]
    [TestCase("urn:anything")]
    [TestCase("receiveRequestFromClient")]
    public void The_original_contract_takes_any_action(string action) => BothReaders.Forgiven(
        "<n:sayHello xmlns:n='http://dams.ws.com/'><arg0>MTLA1234</arg0></n:sayHello>", action);

    [TestCase("", "", true)]
    [TestCase("\"AddAppointment\"", "\"AddAppointment\"", true)]
    [TestCase("\"AddAppointment\"", "\"BookAppointment\"", false)]
    [TestCase("\"\"", "\"AddAppointment\"", false)]
    public async Task A_header_that_comes_twice_may_say_one_thing_only(string first, string second, bool isAccepted)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var envelope = SoapMessage.Envelope(SoapMessage.Add);
        var answer = await RawHttp.ExchangeAsync(
            server.BaseAddress,
            $"POST /AppointmentService HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nSOAPAction: {first}\r\n"
            + $"SOAPAction: {second}\r\nContent-Length: {envelope.Length}\r\n\r\n{envelope}");
        if (isAccepted)
            Assert.That(answer.Soap.Result("outcome"), Is.EqualTo("Added"), answer.Body);
        else
            Assert.That(answer.Soap.Reason, Does.EndWith($"Expected: {V1}/AddAppointment"), answer.Body);
    }

    [TestCase("AddAppointment")]
    [TestCase("\"AddAppointment\"")]
    [TestCase("'AddAppointment'")]
    [TestCase("\"urn:AddAppointment\"")]
    [TestCase(V1 + "/AppointmentPortType/AddAppointment")]
    public async Task The_forms_are_accepted_over_http_in_both_versions(string action)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var first = await SoapMessage.SendAsync(server, SoapMessage.Envelope(SoapMessage.Add), action);
        Assert.That(first.Result("outcome"), Is.EqualTo("Added"), first.Text);
        var second = await SoapMessage.SendAsync(
            server,
            SoapMessage.Envelope(SoapMessage.Add, SoapMessage.Soap12),
            null,
            $"application/soap+xml; action=\"{action.Trim('"')}\"");
        Assert.That(second.Result("outcome"), Is.EqualTo("AlreadyExists"), second.Text);
    }

    [Test]
    public void Forms_don_t_mix_up_operations_of_one_contract() => Assert.That(
        BothReaders.Appointments.Operations.SelectMany(Forms).GroupBy(form => form).Where(form => form.Count() > 1),
        Is.Empty);

    private static IEnumerable<string> Forms(SoapOperation operation) => operation.OtherActions.Append(operation.Action).Distinct();
}
