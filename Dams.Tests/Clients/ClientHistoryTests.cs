using Dams.Contracts.Domain;
using Dams.Tests.Hosting;

namespace Dams.Tests.Clients;

/// <summary>The check of histories finds each kind of wrong history.</summary>
internal sealed class ClientHistoryTests
{
    private static readonly Slot s_slot =
        new(new AppointmentId(Hospital.MTL, new DateOnly(2022, 4, 21), TimeOfDay.Evening), AppointmentType.Physician);
    private static readonly PatientId s_one = new(Hospital.MTL, 1);
    private static readonly PatientId s_two = new(Hospital.MTL, 2);

    private static ClientCall Call(
        int began, int ended, long sequence, Command command, Reply reply, string? id = null, bool isRepeat = false) =>
        new(1, id ?? $"r{sequence}", command, TimeSpan.FromMilliseconds(began), TimeSpan.FromMilliseconds(ended),
            1, reply, sequence, isRepeat, null);

    private static BookAppointment Book(PatientId patient) => new(new CallerId(false, patient.Home, patient.Number), patient, s_slot);

    /// <summary>A slot with a capacity of one: two patients book it at the same time, and one of them gets it.</summary>
    private static ClientCall[] Right() =>
    [
        Call(0, 1, 4, new AddAppointment(new CallerId(true, Hospital.MTL, 1), s_slot, 1), new AddReply(AddOutcome.Added)),
        Call(2, 6, 6, Book(s_two), new BookReply(BookOutcome.Full)),
        Call(3, 5, 5, Book(s_one), new BookReply(BookOutcome.Booked)),
        Call(7, 8, 5, Book(s_one), new BookReply(BookOutcome.Booked), isRepeat: true),
        Call(9, 10, 7, new GetAppointmentSchedule(new CallerId(false, Hospital.MTL, 1), s_one), new ScheduleReply([s_slot])),
    ];

    private static IReadOnlyList<string> Check(IEnumerable<ClientCall> calls)
    {
        var history = new ClientHistory();
        foreach (var call in calls)
            history.Add(call);
        return history.Check().Problems;
    }

    [Test]
    public void A_right_history_passes() => Assert.That(Check(Right()), Is.Empty);

    [Test]
    public void A_lost_booking_is_found()
    {
        var calls = Right();
        calls[4] = calls[4] with { Reply = new ScheduleReply([]) };
        Assert.That(Check(calls), Has.One.Contains("the rules say ScheduleReply"));
    }

    [Test]
    public void An_overbooked_slot_is_found()
    {
        var calls = Right();
        calls[1] = calls[1] with { Reply = new BookReply(BookOutcome.Booked) };
        Assert.That(Check(calls), Has.One.Contains("the rules say BookReply { Outcome = Full }"));
    }

    [Test]
    public void A_request_that_was_executed_twice_is_found()
    {
        var calls = Right();
        calls[3] = calls[3] with { Sequence = 8, Reply = new BookReply(BookOutcome.AlreadyBooked) };
        Assert.That(Check(calls), Has.One.Contains("its repeat has 8"));
    }

    [Test]
    public void An_order_that_contradicts_real_time_is_found()
    {
        var calls = Right();
        calls[4] = calls[4] with { Sequence = 3, Reply = new ScheduleReply([]) };
        Assert.That(Check(calls), Has.One.Contains("has 3 although a call that ended before it began has 6"));
    }

    [Test]
    public void A_number_that_answers_two_requests_is_found()
    {
        var calls = Right();
        calls[1] = calls[1] with { Sequence = 5, RequestId = "other" };
        Assert.That(Check(calls), Has.Some.Contains("number 5 answers both"));
    }

    [Test]
    public void A_history_is_written_as_one_json_line_per_call()
    {
        using var folder = new TestFolder();
        var history = new ClientHistory();
        history.Add(Right()[2]);
        history.Write(folder.Path, "one");
        Assert.That(File.ReadAllText(folder.File("one.jsonl")), Is.EqualTo(
            """{"client":1,"requestId":"r5","callUs":3000,"returnUs":5000,"attempts":1,"operation":"BookAppointment","arguments":"""
            + """{"callerId":"MTLP0001","patientId":"MTLP0001","appointmentId":"MTLE210422","appointmentType":"Physician"}"""
            + ""","sequence":5,"result":"BookReply { Outcome = Booked }"}"""
            + "\n"));
    }
}
