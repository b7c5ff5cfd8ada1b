using System.Globalization;
using System.ServiceModel;
using System.Text;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;
using Dams.Hosting.Access;
using Dams.Service.Audit;

namespace Dams.Service;

/// <summary>
/// The original system's contract in front of the new one, with the same checks and the same executor. Every answer is one string
/// <c>Outcome: text</c>; the items of a list follow on lines of their own. A fault is answered as <c>Code: reason</c>.
/// </summary>
/// <param name="executor">Executes the commands.</param>
/// <param name="user">
/// The authenticated user, who must be allowed to speak for the caller of every message. Null if nobody has to authenticate.
/// </param>
/// <param name="record">Takes the call for the audit, or null. An instance with a record is for one call.</param>
/// <param name="ct">Cancelled when the client disconnects.</param>
public sealed class FrontEndImpl(
    IAppointmentExecutor executor, CallerIdentity? user = null, CallRecord? record = null, CancellationToken ct = default)
    : IFrontEndImpl
{
    private readonly AppointmentCalls _calls = new(executor, user, record, ct);

    private enum Menu
    {
        Unknown,
        Add,
        Remove,
        List,
        Book,
        Schedule,
        Cancel,
        Swap,
    }

    /// <inheritdoc/>
    public Task<string> ReceiveRequestFromClientAsync(
        string? userID,
        string? appointmentType,
        string? appointmentID,
        int capacity,
        string? patientID,
        int menuOption) => AnswerAsync(async () =>
    {
        var caller = Caller(userID);
        var patient = PatientOf(caller, patientID);
        return MenuOf(caller, menuOption) switch
        {
            Menu.Add => Of(await _calls.CallAsync(new AddAppointmentRequest
            {
                CallerId = userID,
                AppointmentId = appointmentID,
                AppointmentType = TypeOf(nameof(appointmentType), appointmentType),
                Capacity = capacity,
                RequestId = null,
            }).ConfigureAwait(false)),
            Menu.Remove => Of(await _calls.CallAsync(new RemoveAppointmentRequest
            {
                CallerId = userID,
                AppointmentId = appointmentID,
                AppointmentType = TypeOf(nameof(appointmentType), appointmentType),
                RequestId = null,
            }).ConfigureAwait(false)),
            Menu.List => Of(await _calls.CallAsync(new ListAppointmentAvailabilityRequest
            {
                CallerId = userID,
                AppointmentType = TypeOf(nameof(appointmentType), appointmentType),
                RequestId = null,
            }).ConfigureAwait(false)),
            Menu.Book => Of(await _calls.CallAsync(new BookAppointmentRequest
            {
                CallerId = userID,
                PatientId = patient,
                AppointmentId = appointmentID,
                AppointmentType = TypeOf(nameof(appointmentType), appointmentType),
                RequestId = null,
            }).ConfigureAwait(false)),
            Menu.Schedule => Of(await _calls.CallAsync(new GetAppointmentScheduleRequest
            {
                CallerId = userID,
                PatientId = patient,
                RequestId = null,
            }).ConfigureAwait(false)),
            Menu.Cancel => Of(await _calls.CallAsync(new CancelAppointmentRequest
            {
                CallerId = userID,
                PatientId = patient,
                AppointmentId = appointmentID,
                RequestId = null,
            }).ConfigureAwait(false)),
            Menu.Swap => throw NotOption(menuOption, "for this operation: swap is receiveRequestForSwap"),
            _ => throw NotOption(menuOption, MenuForm(caller)),
        };
    });

    /// <inheritdoc/>
    public Task<string> ReceiveRequestForSwapAsync(
        string? userID,
        string? oldAppointmentType,
        string? oldAppointmentID,
        string? newAppointmentType,
        string? newAppointmentID,
        string? patientID,
        int menuOption) => AnswerAsync(async () =>
    {
        var caller = Caller(userID);
        if (MenuOf(caller, menuOption) != Menu.Swap)
            throw NotOption(menuOption, caller.IsAdmin ? "swap, which is 7" : "swap, which is 4");
        var result = await _calls.CallAsync(new SwapAppointmentRequest
        {
            CallerId = userID,
            PatientId = PatientOf(caller, patientID),
            OldAppointmentId = oldAppointmentID,
            OldAppointmentType = TypeOf(nameof(oldAppointmentType), oldAppointmentType),
            NewAppointmentId = newAppointmentID,
            NewAppointmentType = TypeOf(nameof(newAppointmentType), newAppointmentType),
            RequestId = null,
        }).ConfigureAwait(false);
        return $"{result.Outcome}: {result.Message}";
    });

    /// <inheritdoc/>
    public Task SayHelloAsync(string? userID) => Task.CompletedTask;

    private static async Task<string> AnswerAsync(Func<Task<string>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (FaultException<DamsFault> fault)
        {
            return FrontEndFaults.TextOf(fault.Detail);
        }
    }

    private static CallerId Caller(string? userID) => CallerId.TryParse(AppointmentEdge.Canonical(userID), out var caller)
        ? caller
        : throw DamsFaults.InvalidRequest(nameof(userID), userID, "a user id like MTLA1234 or MTLP1234");

    // The clients of patients leave the patient id out, since the caller is the patient. Some join a null to a text, and send "null".
    private static string PatientOf(CallerId caller, string? patientID) =>
        !caller.IsAdmin && AppointmentEdge.Canonical(patientID) is "" or "NULL" ? caller.ToString() : patientID ?? "";

    private static AppointmentType TypeOf(string field, string? type) => AppointmentEdge.Canonical(type) switch
    {
        "PHYSICIAN" => AppointmentType.Physician,
        "SURGEON" => AppointmentType.Surgeon,
        "DENTAL" => AppointmentType.Dental,
        _ => throw DamsFaults.InvalidRequest(field, type, "one of Physician, Surgeon, Dental"),
    };

    private static Menu MenuOf(CallerId caller, int option) => (caller.IsAdmin, option) switch
    {
        (true, 1) => Menu.Add,
        (true, 2) => Menu.Remove,
        (true, 3) => Menu.List,
        (true, 4) or (false, 1) => Menu.Book,
        (true, 5) or (false, 3) => Menu.Schedule,
        (true, 6) or (false, 2) => Menu.Cancel,
        (true, 7) or (false, 4) => Menu.Swap,
        _ => Menu.Unknown,
    };

    private static string MenuForm(CallerId caller) => caller.IsAdmin
        ? "an item of the menu: 1 add, 2 remove, 3 list, 4 book, 5 schedule, 6 cancel, 7 swap"
        : "an item of the menu: 1 book, 2 cancel, 3 schedule, 4 swap";

    private static FaultException<DamsFault> NotOption(int menuOption, string form) =>
        DamsFaults.InvalidRequest(nameof(menuOption), menuOption.ToString(CultureInfo.InvariantCulture), form);

    private static string Of(AddAppointmentResult result) => $"{result.Outcome}: {result.Message}";

    private static string Of(BookAppointmentResult result) => $"{result.Outcome}: {result.Message}";

    private static string Of(CancelAppointmentResult result) => $"{result.Outcome}: {result.Message}";

    private static string Of(RemoveAppointmentResult result) => Lines(
        $"{result.Outcome}: {result.Message}", result.Relocations, static item => $"{item.PatientId} {item.NewAppointmentId ?? "none"}");

    private static string Of(ListAppointmentAvailabilityResult result) => Lines(
        $"{result.Outcome}: {result.Message}",
        result.Slots,
        static item => string.Create(
            CultureInfo.InvariantCulture, $"{item.AppointmentId} {item.AppointmentType} {item.Remaining}/{item.Capacity}"));

    private static string Of(GetAppointmentScheduleResult result) => Lines(
        $"{result.Outcome}: {result.Message}", result.Bookings, static item => $"{item.AppointmentId} {item.AppointmentType}");

    private static string Lines<T>(string first, T[]? items, Func<T, string> line)
    {
        var text = new StringBuilder(first);
        foreach (var item in items ?? [])
            text.Append('\n').Append(line(item));
        return text.ToString();
    }
}
