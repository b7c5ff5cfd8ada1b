using System.Diagnostics;
using System.Globalization;
using Dams.Contracts.Domain;
using Dams.Replica.Engines;
using Dams.Replica.State;
using Dams.Tests.Contracts;

namespace Dams.Tests.Engines;

/// <summary>
/// Measures what a command costs in a full state. It prints figures and asserts no time limit, so a busy machine fails nothing.
/// It runs small with every test run, so that it cannot rot, and in full with <c>DAMS_COST_BOOKINGS=1000000</c>.
/// </summary>
[Category("Engines")]
public sealed class CostTests
{
    private const int PatientsPerHospital = 10_000;
    private static readonly DateOnly FirstDay = new(2025, 1, 6);

    private const int WarmUpBookings = 3_000;
    private const int WarmUpRounds = 30;

    private static int Bookings { get; } =
        int.Parse(Environment.GetEnvironmentVariable("DAMS_COST_BOOKINGS") ?? "20000", CultureInfo.InvariantCulture);

    [TestCaseSource(typeof(EngineVersions), nameof(EngineVersions.All))]
    public void The_cost_of_each_command_is_printed(string version)
    {
        if (Bookings >= 1_000_000)
        {
            for (var round = 0; round < WarmUpRounds; round++)
                Measure(version, WarmUpBookings, TextWriter.Null);
        }

        Measure(version, Bookings, TestContext.Out);
    }

    private static void Measure(string version, int bookings, TextWriter output)
    {
        var engine = EngineVersions.Create(version);
        var digester = new StateDigester();
        var measured = new HashSet<Type>();
        var clock = Stopwatch.StartNew();
        engine.Restore(FullState(bookings));
        output.WriteLine($"{version}: {bookings:N0} bookings on {DaysOf(bookings)} days restored in {clock.Elapsed.TotalSeconds:F2} s");
        GC.Collect();
        clock.Restart();
        digester.Reset(engine);
        digester.Digest(engine, []);
        output.WriteLine($"  first digest {clock.Elapsed.TotalMilliseconds,17:F1} ms");

        var patients = Enumerable.Range(0, 2_000)
            .Select(i => new PatientId((Hospital)(i % 3), (ushort)(i * 7 % PatientsPerHospital)))
            .Distinct()
            .ToList();
        Run(
            "book",
            patients.Select(patient => new BookAppointment(default, patient, Spare(patient, 0))),
            new BookReply(BookOutcome.Booked));
        Run(
            "book, refused",
            patients.Select(patient => new BookAppointment(default, patient, Spare(patient, 1))),
            new BookReply(BookOutcome.SameTypeSameDay));
        Run(
            "swap",
            patients.Select(patient => new SwapAppointment(default, patient, Spare(patient, 0), Spare(patient, 2))),
            new SwapReply(SwapOutcome.Swapped));
        Run("schedule", patients.Select(patient => new GetAppointmentSchedule(default, patient)));
        Run(
            "cancel",
            patients.Select(patient => new CancelAppointment(default, patient, Spare(patient, 2).Id)),
            new CancelReply(CancelOutcome.Cancelled, AppointmentType.Dental));
        Run(
            "add",
            Enumerable.Range(0, 2_000).Select(i => new AddAppointment(default, Fresh(i), 1)),
            new AddReply(AddOutcome.Added));
        Run(
            "remove, no holder",
            Enumerable.Range(0, 2_000).Select(i => new RemoveAppointment(default, Fresh(i))),
            new RemoveReply(RemoveOutcome.Removed, []));
        Each(
            "slot",
            3 * DaysOf(bookings),
            Run("list", Enumerable.Repeat(new ListAppointmentAvailability(default, AppointmentType.Physician), 20)));
        clock.Restart();
        digester.Digest(engine, []);
        output.WriteLine($"  next digest  {clock.Elapsed.TotalMilliseconds,17:F1} ms");

        // Each holder is offered all later slots, and none suits: the holder has a booking of that type on each of these days.
        var holders = engine.ReadBucket(new BucketKey(Hospital.MTL, FirstDay)).Slots[0].Holders.Count;
        Each("holder", holders, Run("remove, many holders", Enum.GetValues<Hospital>().Select(hospital =>
            new RemoveAppointment(default, SlotOf(hospital, FirstDay, TimeOfDay.Morning, AppointmentType.Physician)))));
        Assert.That(
            Operation.All.Select(operation => operation.Command).Except(measured), Is.Empty, "commands whose cost CostTests don't measure");
        (engine as IDisposable)?.Dispose();

        double Run(string what, IEnumerable<Command> commands, Reply? meant = null)
        {
            var times = new List<double>();
            foreach (var command in commands.ToList())
            {
                measured.Add(command.GetType());
                var start = Stopwatch.GetTimestamp();
                var reply = engine.Execute(command, digester);
                times.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds);
                if (meant is not null && !reply.Equals(meant))
                    Assert.Fail($"{what}: {command} gives {reply} instead of {meant}, so the figure measures something else");
            }

            // The median, because a garbage collection or another process would dominate a mean.
            times.Sort();
            output.WriteLine(
                $"  {what,-20} {times[times.Count / 2],12:N0} ns   {times[^(times.Count / 100 + 1)],12:N0} ns at the 99th percentile");
            return times[times.Count / 2];
        }

        void Each(string what, int number, double time) =>
            output.WriteLine($"  {"",-20} {time / number,12:N0} ns for each {what} of {number:N0}");
    }

    // Each patient has one booking a day.
    private static int DaysOf(int bookings) => Math.Max(2, bookings / (3 * PatientsPerHospital) + 1);

    /// <summary>
    /// Patients book the physician at their home hospital on each morning until the bookings are used up. Every slot has places left.
    /// </summary>
    private static IEnumerable<Bucket> FullState(int bookings)
    {
        var (left, days) = (bookings, DaysOf(bookings));
        var perSlot = Enumerable.Range(0, PatientsPerHospital).Select(number => (ushort)number).ToList();
        for (var hospital = Hospital.MTL; hospital <= Hospital.SHE; hospital++)
        {
            for (var day = 0; day < days; day++)
            {
                var date = FirstDay.AddDays(day);
                var holders = perSlot.Take(Math.Min(left, bookings / (3 * days) + 1))
                    .Select(number => new PatientId(hospital, number))
                    .ToList();
                left -= holders.Count;
                yield return new Bucket(new BucketKey(hospital, date),
                [
                    new SlotState(
                        SlotOf(hospital, date, TimeOfDay.Morning, AppointmentType.Physician), 2 * PatientsPerHospital, [.. holders]),
                    new SlotState(SlotOf(hospital, date, TimeOfDay.Afternoon, AppointmentType.Surgeon), 2 * PatientsPerHospital, []),
                    new SlotState(SlotOf(hospital, date, TimeOfDay.Afternoon, AppointmentType.Dental), 2 * PatientsPerHospital, []),
                    new SlotState(SlotOf(hospital, date, TimeOfDay.Evening, AppointmentType.Dental), 2 * PatientsPerHospital, []),
                ]);
            }
        }
    }

    /// <summary>A slot outside the patient's home.</summary>
    private static Slot Spare(PatientId patient, int which) => SlotOf(
        (Hospital)(((int)patient.Home + 1) % 3),
        FirstDay.AddDays(which < 2 ? 0 : 1),
        which == 1 ? TimeOfDay.Evening : TimeOfDay.Afternoon,
        AppointmentType.Dental);

    private static Slot Fresh(int number) =>
        SlotOf((Hospital)(number % 3), FirstDay.AddDays(1_000 + number / 9), (TimeOfDay)(number / 3 % 3), AppointmentType.Surgeon);

    private static Slot SlotOf(Hospital hospital, DateOnly date, TimeOfDay time, AppointmentType type) =>
        new(new AppointmentId(hospital, date, time), type);
}
