using System.Globalization;
using System.Text.Json;
using Dams.Contracts.Domain;
using Dams.Tests.Engines.Model;

namespace Dams.Tests.Clients;

/// <summary>A call of a client, from its first attempt to its definite answer.</summary>
/// <param name="Client">The client's number; 0 is the test itself.</param>
/// <param name="RequestId">The request's id, the same in all attempts.</param>
/// <param name="Command">The command that the client sent.</param>
/// <param name="Began">When the client sent the first attempt, since the history began.</param>
/// <param name="Ended">When the answer arrived, since the history began.</param>
/// <param name="Attempts">How many times the client sent the call.</param>
/// <param name="Reply">The answer.</param>
/// <param name="Sequence">The request's number in the order.</param>
/// <param name="IsRepeat">Whether the client already had the answer to this very request.</param>
/// <param name="Problems">The problems of the attempts before the last one; null if there were none.</param>
internal sealed record ClientCall(
    int Client, string RequestId, Command Command, TimeSpan Began, TimeSpan Ended, int Attempts, Reply Reply, long Sequence,
    bool IsRepeat, string? Problems)
{
    public TimeSpan Took => Ended - Began;
}

/// <summary>The calls that clients made to a cluster, checked against the plain model of the rules. Many threads may add calls.</summary>
internal sealed class ClientHistory
{
    private readonly List<ClientCall> _calls = [];

    /// <summary>The calls so far, in the order in which they ended.</summary>
    public IReadOnlyList<ClientCall> Calls
    {
        get
        {
            lock (_calls)
                return [.. _calls];
        }
    }

    public void Add(ClientCall call)
    {
        lock (_calls)
            _calls.Add(call);
    }

    /// <summary>
    /// The witness check. Sorted by their numbers, the replies must equal the model's replies to the same commands. No two requests may
    /// have one number, and no request two numbers. If two calls did not overlap, the later one must have the higher number. All writes of
    /// the cluster must be in the history.
    /// </summary>
    /// <returns>The problems found, and the model in its state after the last call.</returns>
    public (IReadOnlyList<string> Problems, ReferenceModel Model) Check()
    {
        var calls = Calls;
        var problems = new List<string>();
        CheckRepeats(calls, problems);
        var model = new ReferenceModel();
        var before = (ClientCall?)null;
        foreach (var call in calls.Where(call => !call.IsRepeat).OrderBy(call => call.Sequence))
        {
            if (before?.Sequence == call.Sequence)
                problems.Add($"number {call.Sequence} answers both {before.Command} and {call.Command}");
            before = call;
            var expected = model.Execute(call.Command);
            if (!expected.Equals(call.Reply))
                problems.Add($"{call.Command} at {call.Sequence} was answered {call.Reply}, the rules say {expected}");
        }

        CheckRealTime(calls, problems);
        return (problems, model);
    }

    /// <summary>Writes the history as JSON lines, for third-party checkers.</summary>
    public void Write(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        using var stream = File.Create(Path.Combine(folder, name + ".jsonl"));
        foreach (var call in Calls)
        {
            using (var json = new Utf8JsonWriter(stream))
            {
                json.WriteStartObject();
                json.WriteNumber("client", call.Client);
                json.WriteString("requestId", call.RequestId);
                json.WriteNumber("callUs", (long)call.Began.TotalMicroseconds);
                json.WriteNumber("returnUs", (long)call.Ended.TotalMicroseconds);
                json.WriteNumber("attempts", call.Attempts);
                json.WriteString("operation", call.Command.GetType().Name);
                json.WriteStartObject("arguments");
                foreach (var (argument, value) in ArgumentsOf(call.Command))
                    json.WriteString(argument, value);
                json.WriteEndObject();
                json.WriteNumber("sequence", call.Sequence);
                json.WriteString("result", call.Reply.ToString());
                json.WriteEndObject();
            }

            stream.WriteByte((byte)'\n');
        }
    }

    private static void CheckRepeats(IReadOnlyList<ClientCall> calls, List<string> problems)
    {
        var firsts = calls.Where(call => !call.IsRepeat).ToDictionary(call => call.RequestId);
        foreach (var repeat in calls.Where(call => call.IsRepeat))
        {
            var first = firsts[repeat.RequestId];
            if (repeat.Sequence != first.Sequence || !repeat.Reply.Equals(first.Reply))
            {
                problems.Add(
                    $"{first.Command} had {first.Sequence} and {first.Reply}; its repeat has {repeat.Sequence} and {repeat.Reply}");
            }
        }
    }

    private static void CheckRealTime(IReadOnlyList<ClientCall> calls, List<string> problems)
    {
        var byEnd = calls.OrderBy(call => call.Ended).ToList();
        var highest = 0L;
        var next = 0;
        foreach (var call in calls.Where(call => !call.IsRepeat).OrderBy(call => call.Began))
        {
            for (; next < byEnd.Count && byEnd[next].Ended < call.Began; next++)
                highest = Math.Max(highest, byEnd[next].Sequence);
            if (call.Sequence <= highest)
                problems.Add($"{call.Command} has {call.Sequence} although a call that ended before it began has {highest}");
        }
    }

    private static IEnumerable<(string Name, string Value)> ArgumentsOf(Command command)
    {
        yield return ("callerId", command.Caller.ToString());
        (string, string)[] more = command switch
        {
            AddAppointment add => [.. SlotOf(add.Slot), ("capacity", add.Capacity.ToString(CultureInfo.InvariantCulture))],
            RemoveAppointment remove => SlotOf(remove.Slot),
            ListAppointmentAvailability list => [("appointmentType", list.Type.ToString())],
            BookAppointment book => [("patientId", book.Patient.ToString()), .. SlotOf(book.Slot)],
            GetAppointmentSchedule schedule => [("patientId", schedule.Patient.ToString())],
            CancelAppointment cancel => [("patientId", cancel.Patient.ToString()), ("appointmentId", cancel.Id.ToString())],
            SwapAppointment swap =>
            [
                ("patientId", swap.Patient.ToString()),
                ("oldAppointmentId", swap.Old.Id.ToString()), ("oldAppointmentType", swap.Old.Type.ToString()),
                ("newAppointmentId", swap.New.Id.ToString()), ("newAppointmentType", swap.New.Type.ToString()),
            ],
            _ => throw new ArgumentException($"unknown command {command}", nameof(command)),
        };
        foreach (var argument in more)
            yield return argument;
    }

    private static (string, string)[] SlotOf(Slot slot) =>
        [("appointmentId", slot.Id.ToString()), ("appointmentType", slot.Type.ToString())];
}
