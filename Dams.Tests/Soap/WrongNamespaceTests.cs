namespace Dams.Tests.Soap;

/// <summary>The reason says in which namespace an element is, and in which it must be.</summary>
internal sealed class WrongNamespaceTests
{
    private const string V1 = SoapMessage.V1;
    private const string Original = "http://dams.ws.com/";

    [TestCase("<callerId", "<callerId xmlns=''", "callerId", "no namespace")]
    [TestCase("<callerId", "<callerId xmlns='urn:x'", "callerId", "the namespace 'urn:x'")]
    [TestCase("<capacity", "<capacity xmlns=''", "capacity", "no namespace")]
    [TestCase("<callerId", "<callerId xmlns='http://dams.example.org/appointments/v1/'", "callerId", $"the namespace '{V1}/'")]
    public void A_parameter_in_another_namespace_is_told_both(string old, string instead, string field, string has) => Assert.That(
        BothReaders.Refused(SoapMessage.Add.Replace(old, instead, StringComparison.Ordinal)),
        Is.EqualTo(($"'{field}' is in {has}, but it must be in '{V1}', as AddAppointment is.", field)));

    [Test]
    public void Unprefixed_parameters_of_a_prefixed_wrapper_are_told_both() => Assert.That(
        BothReaders.Refused($"<p:GetAppointmentSchedule xmlns:p='{V1}'><callerId>MTLP1234</callerId></p:GetAppointmentSchedule>"),
        Is.EqualTo(($"'callerId' is in no namespace, but it must be in '{V1}', as GetAppointmentSchedule is.", "callerId")));

    [TestCase("<AddAppointment/>", "AddAppointment", "no namespace")]
    [TestCase("<AddAppointment xmlns='urn:x'/>", "AddAppointment", "the namespace 'urn:x'")]
    public void An_operation_element_in_another_namespace_is_told_both(string body, string field, string has) => Assert.That(
        BothReaders.Refused(body),
        Is.EqualTo(($"The operation element '{field}' is in {has}, but it must be in '{V1}'.", field)));

    [TestCase("<Drop/>", "Drop")]
    [TestCase("<x:Drop/>", "Drop")]
    [TestCase("<v:addAppointment/>", "addAppointment")]
    [TestCase("<v:AddAppointmentRequest/>", "AddAppointmentRequest")]
    public void An_unknown_operation_is_told_which_ones_there_are(string body, string name) => Assert.That(
        BothReaders.Refused(body),
        Is.EqualTo((
            $"There is no operation '{name}'. The operations are AddAppointment, RemoveAppointment, ListAppointmentAvailability, "
            + "BookAppointment, GetAppointmentSchedule, CancelAppointment, SwapAppointment.",
            name)));

    [Test]
    public void A_long_name_leaves_room_for_the_operations() => Assert.That(
        BothReaders.Refused($"<v:{new string('x', 1000)}/>").Reason, Does.EndWith("CancelAppointment, SwapAppointment."));

    [Test]
    public void The_original_contract_wants_parts_without_a_namespace()
    {
        Assert.That(
            BothReaders.Refused($"<n:sayHello xmlns:n='{Original}'><n:arg0/></n:sayHello>", contract: BothReaders.FrontEnd),
            Is.EqualTo((
                $"'arg0' is in the namespace '{Original}', but it must be in no namespace: "
                + "write <arg0 xmlns=\"\"> or <arg0> outside a default namespace.",
                "arg0")));
        Assert.That(
            BothReaders.Refused($"<sayHello xmlns='{Original}'><arg0/></sayHello>", contract: BothReaders.FrontEnd).Reason,
            Does.Contain("must be in no namespace"));
        Assert.That(
            BothReaders.Refused("<sayHello><arg0/></sayHello>", contract: BothReaders.FrontEnd).Reason,
            Is.EqualTo($"The operation element 'sayHello' is in no namespace, but it must be in '{Original}'."));
    }

    [Test]
    public void A_long_namespace_leaves_room_for_the_expected_one()
    {
        var far = $"urn:{new string('x', 100_000)}";
        Assert.That(
            BothReaders.Refused(SoapMessage.Add.Replace("<callerId", $"<callerId xmlns='{far}'", StringComparison.Ordinal)).Reason,
            Does.Contain("xxx…'").And.EndsWith($"but it must be in '{V1}', as AddAppointment is."));
        Assert.That(BothReaders.Refused($"<AddAppointment xmlns='{far}'/>").Reason, Does.EndWith($"but it must be in '{V1}'."));
    }

    [TestCase("callerId>", "CallerId>", "callerId", "AddAppointment has no parameter 'CallerId'; 'callerId' may stand here.")]
    [TestCase(
        "</capacity>",
        "</capacity><colour>red</colour>",
        "colour",
        "AddAppointment has no parameter 'colour'; 'requestId' may stand here.")]
    [TestCase(
        "</capacity>",
        "</capacity><requestId>r</requestId><colour>red</colour>",
        "colour",
        "AddAppointment has no parameter 'colour'; nothing may stand here.")]
    [TestCase("<capacity>2</capacity>", "", "capacity", "'capacity' is missing in AddAppointment.")]
    [TestCase("<capacity>", "<capacity>1</capacity><capacity>", "capacity", "'capacity' occurs twice in AddAppointment.")]
    [TestCase("<capacity>", "<callerId>MTLA1234</callerId><capacity>", "callerId", "'callerId' occurs twice in AddAppointment.")]
    [TestCase(
        "<callerId>MTLA1234</callerId>",
        "",
        "callerId",
        "'appointmentId' is out of order in AddAppointment. "
        + "The order is: callerId, appointmentId, appointmentType, capacity, requestId.")]
    [TestCase("<capacity>", "and <capacity>", null, "AddAppointment has text between its parameters: 'and'.")]
    [TestCase("MTLA1234", "<b>MTLA1234</b>", "callerId", "'callerId' has the element 'b' in it, but it may only have text.")]
    [TestCase("Physician", "physician", "appointmentType", "appointmentType 'physician' is not one of Physician, Surgeon, Dental.")]
    [TestCase(">2<", ">two<", "capacity", "capacity 'two' is not a whole number from -2147483648 to 2147483647.")]
    public void A_parameter_that_is_wrong_otherwise_is_told_what_may_stand_there(
        string old, string instead, string? field, string reason) => Assert.That(
        BothReaders.Refused(SoapMessage.Add.Replace(old, instead, StringComparison.Ordinal)), Is.EqualTo((reason, field)));
}
