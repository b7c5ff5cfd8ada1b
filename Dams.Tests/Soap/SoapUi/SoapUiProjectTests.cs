using Dams.Contracts.Soap;
using Dams.Tests.Contracts;
using Dams.Tests.Soap.ApiPage;

namespace Dams.Tests.Soap.SoapUi;

/// <summary>The SoapUI project that ships with the service passes, and fails if something is wrong.</summary>
public sealed class SoapUiProjectTests
{
    private const string Scenario = "Original scenario, SOAP 1.1";

    private static IEnumerable<string> Parts() => [.. SoapUiProject.Load().Interfaces, .. SoapUiProject.Load().Suites];

    private static IEnumerable<string> Interfaces() => SoapUiProject.Load().Interfaces;

    /// <summary>The file is made from the WSDL and the suites here. <c>DAMS_GOLDEN=write</c> writes it.</summary>
    [Test]
    public void The_file_is_the_one_that_is_made_from_the_wsdl_and_the_suites()
    {
        if (Environment.GetEnvironmentVariable("DAMS_GOLDEN") == "write")
            File.WriteAllText(SoapUiFile.Path(), SoapUiFile.Write());
        else
            Assert.That(File.ReadAllLines(SoapUiFile.Path()), Is.EqualTo(SoapUiFile.Write().TrimEnd('\n').Split('\n')));
    }

    [TestCaseSource(nameof(Parts))]
    public async Task Every_request_is_answered_as_its_assertions_say(string part)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        Assert.That(await SoapUiProject.Load().RunAsync(server.Http, server.AppointmentService, part), Is.Empty);
    }

    [Test]
    public async Task All_parts_pass_again_on_a_cluster_that_is_in_use_and_leave_it_as_it_was()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var project = SoapUiProject.Load();
        foreach (var part in project.Interfaces)
            await project.RunAsync(server.Http, server.AppointmentService, part);
        string[] slots = ["SHEM150422", "SHEE100398", "SHEE301299"];
        foreach (var slot in slots)
            await AddAsync(server, slot, "Physician");
        await BookAsync(server, "SHEP0001", "SHEM150422", "Physician");
        var before = await StateAsync(server);
        foreach (var suite in project.Suites.Concat(project.Suites))
            Assert.That(await project.RunAsync(server.Http, server.AppointmentService, suite), Is.Empty, suite);
        Assert.That(await StateAsync(server), Is.EqualTo(before));
    }

    [TestCase("Operations and outcomes, SOAP 1.1")]
    [TestCase("Operations and outcomes, SOAP 1.2")]
    public async Task The_outcomes_pass_after_a_run_that_was_broken_off(string suite)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        foreach (var (id, type) in new[] { ("SHEM100398", "Dental"), ("SHEE100398", "Surgeon"), ("SHEA311299", "Dental") })
        {
            await AddAsync(server, id, type);
            await BookAsync(server, "SHEP9901", id, type);
        }

        var first = await SoapUiProject.Load().RunAsync(server.Http, server.AppointmentService, suite);
        var second = await SoapUiProject.Load().RunAsync(server.Http, server.AppointmentService, suite);
        Assert.That(second, Is.Empty, string.Join('\n', first));
    }

    [TestCase("1.1")]
    [TestCase("1.2")]
    public void The_scenario_has_its_eleven_cases_between_set_up_and_clean_up(string version) => Assert.That(
        SoapUiProject.Load().CasesOf($"Original scenario, SOAP {version}").Select(name => name.Split(' ')[0]),
        Is.EqualTo(Enumerable.Range(1, 11).Select(number => $"T{number}").Prepend("Set").Append("Clean")));

    [TestCaseSource(nameof(Interfaces))]
    public void Every_outcome_of_every_operation_has_a_case(string name)
    {
        var cases = SoapUiProject.Load().Demands(SoapUiCaseBuilder.OutcomePath).ToHashSet();
        var missing = from operation in WsdlText.Appointments.Operations
                      from outcome in WsdlText.Appointments.OutcomesOf(operation)
                      where !cases.Contains((name, operation, outcome.Value))
                      select $"{operation}: {outcome.Value}";
        Assert.That(missing, Is.Empty, "outcomes without a case (Dams.Tests/Soap/SoapUi/OutcomeSuite.cs)");
    }

    [TestCaseSource(nameof(Interfaces))]
    public void Every_fault_has_a_case_or_the_description_says_that_no_client_can_provoke_it(string name)
    {
        var project = SoapUiProject.Load();
        var cases = project.Demands(SoapUiCaseBuilder.CodePath).Where(each => each.Interface == name).Select(each => each.Value).ToList();
        foreach (var code in Enum.GetValues<DamsFaultCode>())
        {
            var isSaid = project.Description.Split(' ', ',', '.').Contains($"{code}");
            Assert.That(cases.Contains($"{code}"), Is.Not.EqualTo(isSaid), $"{code} (Dams.Tests/Soap/SoapUi/FaultSuite.cs)");
            Assert.That(isSaid, Is.EqualTo(SoapUiFile.Unprovokable.Contains(code)), $"{code} in the description");
        }
    }

    [TestCaseSource(nameof(Interfaces))]
    public void Every_operation_refuses_a_caller_without_the_right_and_every_parameter_a_wrong_value(string name)
    {
        var project = SoapUiProject.Load();
        Assert.That(
            project.Demands(SoapUiCaseBuilder.CodePath)
                .Where(each => each.Interface == name && each.Value == nameof(DamsFaultCode.NotPermitted))
                .Select(each => each.Operation)
                .Distinct(),
            Is.EquivalentTo(WsdlText.Appointments.Operations));
        Assert.That(
            WsdlText.Appointments.Operations.SelectMany(WsdlText.Appointments.ParametersOf).Select(field => field.Name).Distinct()
                .Except(project.Demands("//v1:DamsFault/v1:field/text()").Where(each => each.Interface == name).Select(each => each.Value)),
            Is.Empty,
            "parameters without a case that sends a wrong value");
    }

    [TestCaseSource(nameof(Interfaces))]
    public void An_interface_has_the_operations_of_the_contract(string name) => Assert.That(
        SoapUiProject.Load().OperationsOf(name),
        Is.EquivalentTo(Operation.All.Select(operation => operation.Name)),
        $"the operations of the interface {name} (soapui/dams-soapui-project.xml)");

    [Test]
    public void No_request_has_a_question_mark_for_a_value() =>
        Assert.That(SoapUiProject.Load().Requests, Has.Count.GreaterThan(500).And.None.Contains(">?<"));

    [Test]
    public void Every_request_goes_to_the_address_of_the_property() =>
        Assert.That(SoapUiProject.Load().Endpoint, Is.EqualTo("http://localhost:8080/AppointmentService"));

    /// <summary>SoapUI finds things by their ids.</summary>
    [Test]
    public void No_two_things_of_the_project_have_one_id() => Assert.That(SoapUiProject.Load().Ids, Is.Unique);

    [Test]
    public async Task An_answer_that_is_wrong_fails_the_assertion_about_it()
    {
        // Slots that vanish at once: the second addition is no repetition.
        var executor = new ScriptedExecutor((command, _, ct) => new DictionaryExecutor().ExecuteAsync(command, null, ct));
        await using var server = await SoapTestServer.StartAsync(executor);
        Assert.That(
            await SoapUiProject.Load().RunAsync(server.Http, server.AppointmentService, Scenario),
            Has.Some.StartsWith("T2 adds again / 1 AddAppointment / outcome: 'Added' is not 'AlreadyExists'"));
    }

    private static Task AddAsync(SoapTestServer server, string id, string type) => SendAsync(server, "AddAppointment",
        ("callerId", "SHEA0001"), ("appointmentId", id), ("appointmentType", type), ("capacity", "2"));

    private static Task BookAsync(SoapTestServer server, string patient, string id, string type) => SendAsync(server, "BookAppointment",
        ("callerId", patient), ("patientId", patient), ("appointmentId", id), ("appointmentType", type));

    private static async Task SendAsync(SoapTestServer server, string operation, params (string, string)[] fields)
    {
        var answer = await SoapMessage.SendAsync(server, SoapUiCaseBuilder.Envelope("1.1", operation, fields));
        Assert.That(answer.IsFault, Is.False, answer.Text);
    }

    private static async Task<string> StateAsync(SoapTestServer server)
    {
        var state = "";
        foreach (var type in new[] { "Physician", "Surgeon", "Dental" })
        {
            var answer = await SoapMessage.SendAsync(server, SoapUiCaseBuilder.Envelope(
                "1.1", "ListAppointmentAvailability", [("callerId", "MTLA0001"), ("appointmentType", type)]));
            state += string.Concat(answer.Body.Descendants(System.Xml.Linq.XName.Get("slot", SoapMessage.V1)));
        }

        return state;
    }
}
