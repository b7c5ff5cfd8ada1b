using System.Diagnostics;
using System.Globalization;
using Dams.Cli.Client;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;

namespace Dams.Cli.Demo;

/// <summary>
/// One client with slots and patients that nobody else touches, so that it knows what every answer must be. It opens a slot of two places,
/// fills it, tries to book more, sometimes cancels, and reads a schedule. It repeats a call that fails until it has an answer or its
/// patience ends. Any thread may read its counters.
/// </summary>
/// <param name="service">The service that it calls.</param>
/// <param name="number">The client's number, from 0.</param>
/// <param name="patience">How long a call may take with all its repeats.</param>
internal sealed class DemoClient(AppointmentClient service, int number, TimeSpan patience)
{
    private const int Places = 2;
    private const int Patients = 12;
    private const int RoundsToCancel = 3;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private static readonly DateOnly s_first = new(2030, 1, 1);

    private readonly Hospital _hospital = (Hospital)(number % 3);
    private readonly TimeOfDay _time = (TimeOfDay)(number / 3);
    private readonly AppointmentType _type = (AppointmentType)(number % 3);
    private readonly SortedDictionary<string, List<string>> _held = new(StringComparer.Ordinal);
    private long _answered;
    private long _booked;
    private long _cancelled;
    private long _wrong;
    private long _failed;
    private long _slowestTicks;

    /// <summary>Calls that were answered.</summary>
    public long Answered => Volatile.Read(ref _answered);

    /// <summary>Bookings that were acknowledged.</summary>
    public long Booked => Volatile.Read(ref _booked);

    /// <summary>Bookings that were cancelled later.</summary>
    public long Cancelled => Volatile.Read(ref _cancelled);

    /// <summary>Answers that differ from what they must be.</summary>
    public long Wrong => Volatile.Read(ref _wrong);

    /// <summary>Calls that had to be repeated.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>The time of the slowest call.</summary>
    public TimeSpan Slowest => TimeSpan.FromTicks(Volatile.Read(ref _slowestTicks));

    /// <summary>The first failed call or wrong answer; null if there was none.</summary>
    public string? Problem { get; private set; }

    /// <summary>Books until <paramref name="enough"/> is cancelled, and then finishes its round.</summary>
    /// <exception cref="TimeoutException">A call was not answered in time; the message says so.</exception>
    public async Task RunAsync(CancellationToken enough, CancellationToken stop)
    {
        for (var round = 0; !enough.IsCancellationRequested; round++)
            await RoundAsync(round, stop);
    }

    /// <summary>Asks for the schedule of each of its patients.</summary>
    /// <returns>How many acknowledged bookings the schedules have, how many they lack, and how many they have that nobody made.</returns>
    /// <exception cref="TimeoutException">A call was not answered in time; the message says so.</exception>
    public async Task<(int Found, int Lost, int Strange)> CompareAsync(CancellationToken stop)
    {
        var (found, lost, strange) = (0, 0, 0);
        foreach (var (patient, held) in _held)
        {
            var shown = IdsOf(await CallAsync(id => service.ScheduleAsync(patient, patient, id), stop));
            found += shown.Intersect(held).Count();
            lost += held.Except(shown).Count();
            strange += shown.Count - shown.Intersect(held).Count();
        }

        return (found, lost, strange);
    }

    private async Task RoundAsync(int round, CancellationToken stop)
    {
        var slot = new AppointmentId(_hospital, s_first.AddDays(round), _time).ToString();
        var (first, second, third) = (PatientOf(round), PatientOf(round + 1), PatientOf(round + 2));
        await ExpectAsync(AddOutcome.Added, id => service.AddAsync(Text($"{_hospital}A{number:D4}"), slot, _type, Places, id), stop);
        await BookAsync(first, slot, stop);
        await BookAsync(second, slot, stop);
        await ExpectAsync(BookOutcome.Full, id => service.BookAsync(third, third, slot, _type, id), stop);
        await ExpectAsync(BookOutcome.AlreadyBooked, id => service.BookAsync(first, first, slot, _type, id), stop);
        if (round % RoundsToCancel == 0)
        {
            var answer = await ExpectAsync(CancelOutcome.Cancelled, id => service.CancelAsync(second, second, slot, id), stop);
            if (answer.IsSuccess && HeldBy(second).Remove(slot))
                Volatile.Write(ref _cancelled, _cancelled + 1);
        }

        var shown = IdsOf(await ExpectAsync(ScheduleOutcome.Scheduled, id => service.ScheduleAsync(first, first, id), stop));
        if (!shown.SequenceEqual(HeldBy(first)))
            OnWrong($"the schedule of {first} is {string.Join(", ", shown)}; expected {string.Join(", ", HeldBy(first))}");
    }

    private async Task BookAsync(string patient, string slot, CancellationToken stop)
    {
        var answer = await ExpectAsync(BookOutcome.Booked, id => service.BookAsync(patient, patient, slot, _type, id), stop);
        if (!answer.IsSuccess)
            return;
        Volatile.Write(ref _booked, _booked + 1);
        // Days only rise, so the order of booking is the order of the schedule.
        if (!_held.TryGetValue(patient, out var held))
            _held[patient] = held = [];
        held.Add(slot);
    }

    /// <summary>The bookings that a patient holds; none if the first booking had another outcome.</summary>
    private List<string> HeldBy(string patient) => _held.GetValueOrDefault(patient) ?? [];

    private async Task<CallReport.Answer> ExpectAsync<T>(T expected, Func<string, Task<CallReport>> call, CancellationToken stop)
        where T : struct, Enum
    {
        var answer = await CallAsync(call, stop);
        if (answer.Outcome != expected.ToString())
            OnWrong($"{answer.Message} ({answer.Outcome} at {answer.Sequence}); expected {expected}");
        return answer;
    }

    private async Task<CallReport.Answer> CallAsync(Func<string, Task<CallReport>> call, CancellationToken stop)
    {
        var requestId = AppointmentClient.NewRequestId();
        var began = Stopwatch.GetTimestamp();
        var last = "there was no answer";
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        enough.CancelAfter(patience);
        try
        {
            while (true)
            {
                var report = await call(requestId).WaitAsync(enough.Token);
                if (report is CallReport.Answer answer)
                {
                    Volatile.Write(ref _answered, _answered + 1);
                    Volatile.Write(ref _slowestTicks, Math.Max(_slowestTicks, Stopwatch.GetElapsedTime(began).Ticks));
                    return answer;
                }

                Volatile.Write(ref _failed, _failed + 1);
                last = ((CallReport.Fault)report).Reason;
                Problem ??= $"a call failed: {last}";
                await Task.Delay(s_pause, enough.Token);
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException(Text($"a call of client {number + 1} was not answered within {patience.TotalSeconds} s: {last}"));
        }
    }

    private void OnWrong(string problem)
    {
        Volatile.Write(ref _wrong, _wrong + 1);
        Problem ??= $"a wrong answer: {problem}";
    }

    private string PatientOf(int round) => Text($"{_hospital}P{(number * 100) + (round % Patients):D4}");

    private static List<string> IdsOf(CallReport.Answer answer) => [.. (answer.Bookings ?? []).Select(booking => booking.AppointmentId)];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
