using System.Diagnostics;
using System.Globalization;
using Dams.Contracts.Domain;
using Dams.Tests.Clients;

namespace Dams.Tests.Processes;

/// <summary>
/// Clients that book, read, swap and cancel at the same time, in slots that get full. Each client has patients of its own, and all share
/// a few more. A client makes its own request ids, and repeats a call under the same id until it knows the outcome.
/// </summary>
internal sealed class BookingClients
{
    private const int Days = 8;
    private const int OwnPatients = 20;
    private const int SharedPatients = 6;
    private const int SharedFrom = 9_000;
    private static int s_instances;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_thinking = TimeSpan.FromMilliseconds(5);
    private static readonly DateOnly s_first = new(2030, 3, 4);

    private readonly TestCluster _cluster;
    private readonly int _seed;
    private readonly TimeSpan _thinking;
    private readonly int _instance = Interlocked.Increment(ref s_instances);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<Task> _running = [];
    private readonly List<Slot> _slots = [];
    private int _ended;
    private int _lastRequest;
    private volatile bool _stop;

    private BookingClients(TestCluster cluster, int seed, bool isHasty)
    {
        _cluster = cluster;
        _seed = seed;
        _thinking = isHasty ? TimeSpan.Zero : s_thinking;
    }

    public ClientHistory History { get; } = new();

    /// <summary>The folder for the history, which is written when the clients have stopped. Null or empty: it is not written.</summary>
    public string? HistoryFolder { get; set; } = Environment.GetEnvironmentVariable("DAMS_HISTORY_DIR");

    /// <summary>Time since the history began.</summary>
    public TimeSpan Now => _clock.Elapsed;

    /// <summary>Removes all slots, opens its own and starts the clients.</summary>
    /// <param name="cluster">The cluster that the clients call.</param>
    /// <param name="count">The number of clients, which all call at the same time.</param>
    /// <param name="seed">The seed of the random choice of calls.</param>
    /// <param name="isHasty">
    /// Whether a client calls again as soon as it has an answer, which fills two cores. Otherwise it waits 5 ms, so that the test does not
    /// measure the machine.
    /// </param>
    public static async Task<BookingClients> StartAsync(TestCluster cluster, int count, int seed = 1, bool isHasty = false)
    {
        var clients = new BookingClients(cluster, seed, isHasty);
        await cluster.EmptyAsync();
        await clients.OpenSlotsAsync();
        for (var client = 1; client <= count; client++)
        {
            var number = client;
            clients._running.Add(Task.Run(() => clients.RunAsync(number)));
        }

        return clients;
    }

    /// <summary>Waits until <paramref name="more"/> more calls have been answered.</summary>
    public async Task AnsweredAsync(int more)
    {
        var until = Volatile.Read(ref _ended) + more;
        while (Volatile.Read(ref _ended) < until)
        {
            if (_running.Find(client => client.IsCompleted) is { } ended)
                await ended;
            await Task.Delay(1);
        }
    }

    /// <summary>Lets every client finish its present call, then stops it.</summary>
    public async Task StopAsync()
    {
        _stop = true;
        await Task.WhenAll(_running);
        if (HistoryFolder is { Length: > 0 } folder)
            History.Write(folder, $"{TestContext.CurrentContext.Test.MethodName}-{Environment.ProcessId}-{_instance}");
    }

    /// <summary>
    /// Stops the clients and checks their history against the rules. Then checks the service's state: every patient's schedule and every
    /// slot's remaining capacity must follow from the acknowledged calls. So no call was lost and none was executed twice.
    /// </summary>
    public async Task CheckAsync()
    {
        await StopAsync();
        var (problems, model) = History.Check();
        Assert.That(problems, Is.Empty);
        var client = new CommandClient(() => _cluster.Client());
        foreach (var patient in Patients())
        {
            var command = new GetAppointmentSchedule(new CallerId(false, patient.Home, patient.Number), patient);
            var call = await CallAsync(0, client, command, NextRequest());
            Assert.That(call.Reply, Is.EqualTo(model.Execute(command)), $"the schedule of {patient}");
        }

        foreach (var type in Enum.GetValues<AppointmentType>())
        {
            var command = new ListAppointmentAvailability(Admin(Hospital.MTL), type);
            var call = await CallAsync(0, client, command, NextRequest());
            Assert.That(call.Reply, Is.EqualTo(model.Execute(command)), $"the availability of {type}");
        }

        var calls = History.Calls;
        Assert.That(calls.Where(call => call.Reply is BookReply { Outcome: BookOutcome.Booked }), Is.Not.Empty);
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{calls.Count} calls, {calls.Count(call => call.IsRepeat)} of them repeats; "
            + $"{calls.Count(call => call.Attempts > 1)} needed more than one attempt; "
            + $"the slowest took {calls.Max(call => call.Took).TotalMilliseconds:F0} ms"));
    }

    private static CallerId Admin(Hospital hospital) => new(true, hospital, 1);

    private static PatientId Patient(int number) => new((Hospital)(number % 3), (ushort)number);

    private IEnumerable<PatientId> Patients() => Enumerable.Range(1, _running.Count)
        .SelectMany(client => Enumerable.Range(client * OwnPatients, OwnPatients))
        .Concat(Enumerable.Range(SharedFrom, SharedPatients))
        .Select(Patient);

    private async Task OpenSlotsAsync()
    {
        var client = new CommandClient(() => _cluster.Client());
        var random = new Random(_seed);
        for (var day = 0; day < Days; day++)
        {
            foreach (var hospital in Enum.GetValues<Hospital>())
            {
                foreach (var time in Enum.GetValues<TimeOfDay>())
                {
                    var slot = new Slot(new AppointmentId(hospital, s_first.AddDays(day), time), (AppointmentType)random.Next(3));
                    _slots.Add(slot);
                    await RecordAsync(0, client, new AddAppointment(Admin(hospital), slot, random.Next(1, 40)));
                }
            }
        }
    }

    private async Task RunAsync(int number)
    {
        var client = new CommandClient(() => _cluster.Client());
        var random = new Random((_seed * 1_000) + number);
        while (!_stop)
        {
            var call = await RecordAsync(number, client, Choose(number, random));
            if (call.Command.IsWrite && random.Next(20) == 0)
            {
                History.Add(await CallAsync(number, client, call.Command, call.RequestId) with { IsRepeat = true });
                Interlocked.Increment(ref _ended);
            }

            if (_thinking > TimeSpan.Zero)
                await Task.Delay(_thinking);
        }
    }

    private Command Choose(int number, Random random)
    {
        var patient = Patient(random.Next(5) == 0
            ? SharedFrom + random.Next(SharedPatients)
            : (number * OwnPatients) + random.Next(OwnPatients));
        var caller = random.Next(3) == 0 ? Admin(patient.Home) : new CallerId(false, patient.Home, patient.Number);
        Slot AnySlot() => _slots[random.Next(_slots.Count)];
        return random.Next(100) switch
        {
            < 66 => new BookAppointment(caller, patient, AnySlot()),
            < 76 => new CancelAppointment(caller, patient, AnySlot().Id),
            < 84 => new SwapAppointment(caller, patient, AnySlot(), AnySlot()),
            < 96 => new GetAppointmentSchedule(caller, patient),
            _ => new ListAppointmentAvailability(Admin(patient.Home), (AppointmentType)random.Next(3)),
        };
    }

    private string NextRequest() => string.Create(CultureInfo.InvariantCulture, $"r{_instance}-{Interlocked.Increment(ref _lastRequest)}");

    private async Task<ClientCall> RecordAsync(int number, CommandClient client, Command command)
    {
        var call = await CallAsync(number, client, command, NextRequest());
        History.Add(call);
        Interlocked.Increment(ref _ended);
        return call;
    }

    private async Task<ClientCall> CallAsync(int number, CommandClient client, Command command, string requestId)
    {
        var began = Now;
        var problems = new List<string>();
        while (true)
        {
            var attempt = await client.TryAsync(command, requestId);
            if (attempt.Reply is { } reply)
            {
                var before = problems.Count == 0 ? null : string.Join("; ", problems);
                return new ClientCall(number, requestId, command, began, Now, problems.Count + 1, reply, attempt.Sequence, false, before);
            }

            problems.Add(attempt.Problem!);
            if (Now - began > s_patience)
            {
                throw new TimeoutException(
                    $"{command} has no answer after {problems.Count} attempts: {string.Join("; ", problems.Distinct())}");
            }

            // A service that is down refuses at once. A thousand retries a second would only keep it from starting.
            await Task.Delay(s_pause);
        }
    }
}
