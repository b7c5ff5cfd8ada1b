namespace Dams.Tests.Soap.SoapUi;

/// <summary>The acceptance test of the original system, T1 to T11, in one SOAP version.</summary>
internal static class ScenarioSuite
{
    private const string Admin = "MTLA1234";
    private const string Patient = "MTLP1234";
    private const string Evening = "MTLE210422";
    private const string Morning = "MTLM210422";
    private const string Physician = "Physician";

    public static SoapUiSuite Of(string version)
    {
        // The cases build on one another, so only the whole suite cleans: its first case and its last.
        var all = Case("all")
            .Cancels(Patient, Evening, "").Cancels(Patient, Morning, "")
            .Removes(Evening, Physician, "").Removes(Morning, Physician, "").Removes(Evening, "Dental", "")
            .Build().Steps;
        var before = all.Where(step => step.Name.StartsWith("clean before", StringComparison.Ordinal));
        var after = all.Where(step => step.Name.StartsWith("clean after", StringComparison.Ordinal));
        return new SoapUiSuite(
            $"Original scenario, SOAP {version}",
            "The cases build on one another: run the whole suite. It begins and ends with the removal of its slots, MTLE210422 and "
            + "MTLM210422, and of the bookings of MTLP1234 there.",
            [
                new SoapUiCase("Set up", [.. before]),
                Case("T1 adds").Adds(Evening, Physician, 2).Bare(),
                Case("T2 adds again").Adds(Evening, Physician, 2, "AlreadyExists").Bare(),
                Case("T3 removes").Removes(Evening, Physician, "Removed").Bare(),
                Case("T4 removes what is not there").Removes(Evening, "Dental", "NotFound").Bare(),
                Case("T5 lists").Lists(Admin, "Dental",
                    SoapUiAssertion.Path("one list", "count(//v1:result/v1:slots)", "1"),
                    SoapUiAssertion.Path("dental slots only", "count(//v1:slot[v1:appointmentType != 'Dental'])", "0"),
                    SoapUiAssertion.Path(
                        "without the removed one", $"count(//v1:slot[v1:appointmentId = '{Evening}'])", "0")).Bare(),
                Case("T6 books")
                    .Adds(Evening, Physician, 2).Adds(Morning, Physician, 2).Books(Patient, Evening, Physician).Bare(),
                Case("T7 books again").Books(Patient, Evening, Physician, "AlreadyBooked").Bare(),
                Case("T8 asks for the schedule").Schedules(Patient, Held(Evening, "1"), Held(Morning, "0")).Bare(),
                Case("T9 swaps").Swaps(Patient, Evening, Physician, Morning, Physician, "Swapped").Bare(),
                Case("T10 cancels").Cancels(Patient, Morning, "Cancelled",
                    SoapUiAssertion.Path("type", "//v1:result/v1:appointmentType/text()", Physician)).Bare(),
                Case("T11 cancels again").Cancels(Patient, Morning, "NotBooked").Bare(),
                new SoapUiCase("Clean up", [.. after]),
            ]);

        SoapUiCaseBuilder Case(string name) => new(name, version, Admin);
    }

    private static SoapUiAssertion Held(string id, string times) =>
        SoapUiAssertion.Path($"{id} {times} times", $"count(//v1:booking[v1:appointmentId = '{id}'])", times);
}
