using Dams.Contracts.Soap;
using Dams.Tests.Tidy;

namespace Dams.Tests.Soap.ApiPage;

/// <summary><c>docs/API.md</c> says what the contracts and the service say.</summary>
internal sealed class ApiPageTests
{
    private static readonly string s_path = Path.Combine(SourceTree.Root, "docs", "API.md");

    private static IEnumerable<string> Operations() => WsdlText.Appointments.Operations;

    /// <summary><c>DAMS_GOLDEN=write</c> writes the page.</summary>
    [Test]
    public async Task The_page_is_the_one_that_is_made_from_the_wsdl_and_the_answers_of_the_service()
    {
        var made = await ApiPageWriter.WriteAsync();
        if (Environment.GetEnvironmentVariable("DAMS_GOLDEN") == "write")
            await File.WriteAllTextAsync(s_path, made);
        else
            Assert.That((await File.ReadAllTextAsync(s_path)).Split('\n'), Is.EqualTo(made.Split('\n')), "DAMS_GOLDEN=write writes it");
    }

    [TestCaseSource(nameof(Operations))]
    public void The_wsdl_has_a_text_about_every_parameter_outcome_and_element(string operation)
    {
        var wsdl = WsdlText.Appointments;
        Assert.That(wsdl.DocumentationOf(operation), Is.Not.Empty);
        Assert.That(wsdl.ParametersOf(operation).Where(field => field.Documentation.Length == 0), Is.Empty);
        Assert.That(wsdl.ResultOf(operation).Where(field => field.Documentation.Length == 0), Is.Empty);
        Assert.That(wsdl.OutcomesOf(operation).Where(outcome => outcome.Documentation.Length == 0), Is.Empty);
    }

    /// <summary>Generated code has the texts as comments, so a parameter must not change its form from one operation to the next.</summary>
    [Test]
    public void A_parameter_has_one_text_in_all_operations() => Assert.That(
        WsdlText.Appointments.Operations.SelectMany(WsdlText.Appointments.ParametersOf)
            .GroupBy(field => field.Name)
            .Where(same => same.Select(field => field.Documentation).Distinct().Count() > 1)
            .Select(same => same.Key),
        Is.Empty);

    [Test]
    public void The_wsdl_has_a_text_about_every_fault_and_execution()
    {
        var wsdl = WsdlText.Appointments;
        Assert.That(
            wsdl.ValuesOf("DamsFaultCode").Concat(wsdl.ValuesOf("ExecutionState")).Where(value => value.Documentation.Length == 0),
            Is.Empty);
        Assert.That(wsdl.FieldsOf("DamsFault").Where(field => field.Documentation.Length == 0), Is.Empty);
    }

    [Test]
    public async Task Every_fault_code_is_on_the_page_with_the_execution_that_the_service_says() => Assert.That(
        (await FaultRows.ReadAsync()).Select(row => row.Code).Distinct(), Is.EquivalentTo(Enum.GetNames<DamsFaultCode>()));
}
