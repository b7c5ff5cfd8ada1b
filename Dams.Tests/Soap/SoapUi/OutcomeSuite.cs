namespace Dams.Tests.Soap.SoapUi;

/// <summary>
/// A case for each outcome of each operation. The dates are in 2098, and the patients and administrators have numbers from 9900 on, so
/// that the cases meet nobody else's bookings. Monday of that week is 10 March.
/// </summary>
internal static class OutcomeSuite
{
    private const string Patient = "SHEP9901";
    private const string Other = "SHEP9902";

    /// <summary>At home in Montreal, so that the hospital of the slots counts as outside.</summary>
    private const string Visitor = "MTLP9903";
    private const string Admin = "SHEA9900";
    private const string Morning = "SHEM100398";
    private const string Afternoon = "SHEA100398";
    private const string Evening = "SHEE100398";
    private const string Tuesday = "SHEM110398";
    private const string Wednesday = "SHEM120398";
    private const string Thursday = "SHEM130398";
    private const string AtHome = "MTLM140398";

    /// <summary>No slot can be later, so a patient without a place there has nowhere to go.</summary>
    private const string Last = "SHEE311299";
    private const string LastButOne = "SHEA311299";
    private const string Dental = "Dental";
    private const string Surgeon = "Surgeon";

    public static SoapUiSuite Of(string version) => new(
        $"Operations and outcomes, SOAP {version}",
        "A case for each outcome of each operation. Every case stands alone and removes what it has added.",
        [.. Add(version), .. Remove(version), .. Read(version), .. Book(version), .. Cancel(version), .. Swap(version)]);

    private static IEnumerable<SoapUiCase> Add(string version)
    {
        yield return Case(version, "AddAppointment: Added").Adds(Morning, Dental, 3).Build();
        yield return Case(version, "AddAppointment: AlreadyExists")
            .Adds(Morning, Dental, 3)
            .Adds(Morning, Dental, 9, "AlreadyExists")
            .Lists(Admin, Dental, Place(Morning, "capacity", "3"))
            .Build();
        yield return Case(version, "AddAppointment: a repeat with the same requestId gets the first answer")
            .Adds(Morning, Dental, 3, requestId: "soapui-repeat")
            .Adds(Morning, Dental, 3, requestId: "soapui-repeat")
            .Build();
    }

    private static IEnumerable<SoapUiCase> Remove(string version)
    {
        yield return Case(version, "RemoveAppointment: Removed")
            .Adds(Morning, Dental)
            .Removes(Morning, Dental, "Removed", SoapUiAssertion.Path("nobody is moved", "count(//v1:relocations/*)", "0"))
            .Build();
        yield return Case(version, "RemoveAppointment: Removed, a patient is moved, another has nowhere to go")
            .Adds(LastButOne, Dental, 2).Adds(Last, Dental)
            .Books(Patient, LastButOne, Dental).Books(Other, LastButOne, Dental)
            .Removes(LastButOne, Dental, "Removed",
                SoapUiAssertion.Path("first", "//v1:relocation[1]/v1:patientId/text()", Patient),
                SoapUiAssertion.Path("moved to", "//v1:relocation[1]/v1:newAppointmentId/text()", Last),
                SoapUiAssertion.Path("second", "//v1:relocation[2]/v1:patientId/text()", Other),
                SoapUiAssertion.Path("nowhere", "count(//v1:relocation[2]/v1:newAppointmentId)", "0"))
            .Cancels(Patient, Last, "Cancelled")
            .Build();
        yield return Case(version, "RemoveAppointment: NotFound").Removes(Morning, Dental, "NotFound").Build();
    }

    private static IEnumerable<SoapUiCase> Read(string version)
    {
        yield return Case(version, "ListAppointmentAvailability: Listed")
            .Adds(Evening, Surgeon, 5).Books(Patient, Evening, Surgeon)
            .Lists(Admin, Surgeon, Place(Evening, "capacity", "5"), Place(Evening, "remaining", "4"))
            .Build();
        yield return Case(version, "GetAppointmentSchedule: Scheduled")
            .Adds(Evening, Surgeon).Adds(Tuesday, Dental).Books(Patient, Tuesday, Dental).Books(Patient, Evening, Surgeon)
            .Schedules(Patient,
                SoapUiAssertion.Path("bookings", "count(//v1:booking)", "2"),
                SoapUiAssertion.Path("first", "//v1:booking[1]/v1:appointmentId/text()", Evening),
                SoapUiAssertion.Path("its type", "//v1:booking[1]/v1:appointmentType/text()", Surgeon),
                SoapUiAssertion.Path("second", "//v1:booking[2]/v1:appointmentId/text()", Tuesday))
            .Build();
        yield return Case(version, "GetAppointmentSchedule: Scheduled, without bookings")
            .Schedules(Patient,
                SoapUiAssertion.Path("a list", "count(//v1:bookings)", "1"),
                SoapUiAssertion.Path("without bookings", "count(//v1:booking)", "0"))
            .Build();
    }

    private static IEnumerable<SoapUiCase> Book(string version)
    {
        yield return Case(version, "BookAppointment: Booked").Adds(Morning, Dental).Books(Patient, Morning, Dental).Build();
        yield return Case(version, "BookAppointment: NotFound").Books(Patient, Evening, Dental, "NotFound").Build();
        yield return Case(version, "BookAppointment: AlreadyBooked")
            .Adds(Morning, Dental, 2).Books(Patient, Morning, Dental).Books(Patient, Morning, Dental, "AlreadyBooked").Build();
        yield return Case(version, "BookAppointment: TimeConflict")
            .Adds(Morning, Dental).Adds(Morning, Surgeon)
            .Books(Patient, Morning, Dental).Books(Patient, Morning, Surgeon, "TimeConflict").Build();
        yield return Case(version, "BookAppointment: SameTypeSameDay")
            .Adds(Morning, Dental).Adds(Afternoon, Dental)
            .Books(Patient, Morning, Dental).Books(Patient, Afternoon, Dental, "SameTypeSameDay").Build();
        yield return Case(version, "BookAppointment: Full")
            .Adds(Morning, Dental).Books(Patient, Morning, Dental).Books(Other, Morning, Dental, "Full").Build();
        yield return ThreeOutside(version, "BookAppointment: WeeklyLimit").Books(Visitor, Thursday, Dental, "WeeklyLimit").Build();
    }

    private static IEnumerable<SoapUiCase> Cancel(string version)
    {
        yield return Case(version, "CancelAppointment: Cancelled")
            .Adds(Morning, Dental).Books(Patient, Morning, Dental)
            .Cancels(Patient, Morning, "Cancelled", SoapUiAssertion.Path("type", "//v1:result/v1:appointmentType/text()", Dental))
            .Build();
        yield return Case(version, "CancelAppointment: NotBooked")
            .Cancels(Patient, Morning, "NotBooked", SoapUiAssertion.Path("no type", "count(//v1:appointmentType)", "0"))
            .Build();
    }

    private static IEnumerable<SoapUiCase> Swap(string version)
    {
        yield return Held(version, "SwapAppointment: Swapped")
            .Adds(Tuesday, Surgeon)
            .Swaps(Patient, Morning, Dental, Tuesday, Surgeon, "Swapped")
            .Schedules(Patient,
                SoapUiAssertion.Path("bookings", "count(//v1:booking)", "1"),
                SoapUiAssertion.Path("the new one", "//v1:booking/v1:appointmentId/text()", Tuesday))
            .Build();
        yield return Case(version, "SwapAppointment: NotBooked")
            .Adds(Tuesday, Surgeon).Swaps(Patient, Morning, Dental, Tuesday, Surgeon, "NotBooked").Build();
        yield return Held(version, "SwapAppointment: SameAppointment")
            .Swaps(Patient, Morning, Dental, Morning, Dental, "SameAppointment").Build();
        yield return Held(version, "SwapAppointment: NotFound")
            .Swaps(Patient, Morning, Dental, Evening, Surgeon, "NotFound").Build();
        yield return Held(version, "SwapAppointment: AlreadyBooked")
            .Adds(Tuesday, Surgeon).Books(Patient, Tuesday, Surgeon)
            .Swaps(Patient, Morning, Dental, Tuesday, Surgeon, "AlreadyBooked").Build();
        yield return Held(version, "SwapAppointment: TimeConflict")
            .Adds(Tuesday, Surgeon).Adds(Tuesday, Dental).Books(Patient, Tuesday, Surgeon)
            .Swaps(Patient, Morning, Dental, Tuesday, Dental, "TimeConflict").Build();
        yield return Held(version, "SwapAppointment: SameTypeSameDay")
            .Adds(Tuesday, Surgeon).Adds("SHEE110398", Surgeon).Books(Patient, Tuesday, Surgeon)
            .Swaps(Patient, Morning, Dental, "SHEE110398", Surgeon, "SameTypeSameDay").Build();
        yield return Held(version, "SwapAppointment: Full")
            .Adds(Tuesday, Surgeon).Books(Other, Tuesday, Surgeon)
            .Swaps(Patient, Morning, Dental, Tuesday, Surgeon, "Full").Build();
        yield return ThreeOutside(version, "SwapAppointment: WeeklyLimit")
            .Adds(AtHome, Dental).Books(Visitor, AtHome, Dental)
            .Swaps(Visitor, AtHome, Dental, Thursday, Dental, "WeeklyLimit").Build();
    }

    private static SoapUiCaseBuilder Held(string version, string name) =>
        Case(version, name).Adds(Morning, Dental).Books(Patient, Morning, Dental);

    private static SoapUiCaseBuilder ThreeOutside(string version, string name) => Case(version, name)
        .Adds(Morning, Dental).Adds(Tuesday, Dental).Adds(Wednesday, Dental).Adds(Thursday, Dental)
        .Books(Visitor, Morning, Dental).Books(Visitor, Tuesday, Dental).Books(Visitor, Wednesday, Dental);

    private static SoapUiCaseBuilder Case(string version, string name) => new(name, version);

    private static SoapUiAssertion Place(string id, string element, string value) =>
        SoapUiAssertion.Path($"{element} of {id}", $"//v1:slot[v1:appointmentId = '{id}']/v1:{element}/text()", value);
}
