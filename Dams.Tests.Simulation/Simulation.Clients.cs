using System.Text;
using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Contracts.Reports;
using Dams.Contracts.Soap;
using Dams.FrontEnd.Coordination;
using Dams.FrontEnd.Service;
using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Tests.Simulated;

namespace Dams.Tests.Simulation;

/// <content>
/// Clients: each makes one call after the other. It repeats a call that ended without an answer, if the call has a client-made
/// request id.
/// </content>
internal sealed partial class Simulation
{
    private readonly List<RecordedCall> _calls = [];
    private readonly Dictionary<(NodeId FrontEnd, long Handle), RecordedCall> _running = [];
    private long _handles;
    private int _openCalls;

    private void StartClients()
    {
        for (var client = 0; client < _knobs.Clients; client++)
        {
            var number = client;
            _openCalls += _knobs.CallsPerClient;
            At(Milliseconds(_random.Below(500)), () => NextCall(number, _knobs.CallsPerClient));
        }
    }

    private void NextCall(int client, int left)
    {
        if (left == 0)
            return;
        var command = SomeCommand();
        var requestId = _random.Chance(600) ? $"c{client}-{left}" : null;
        var call = new RecordedCall(client, command, requestId, _now);
        _calls.Add(call);
        _left[call] = left;
        Submit(call);
    }

    private readonly Dictionary<RecordedCall, int> _left = [];

    private void Submit(RecordedCall call)
    {
        var frontEnd = _nodes[NodeId.FrontEnd(_group.FrontEnds[_random.Below(_group.FrontEnds.Count)])];
        if (!frontEnd.IsUp || frontEnd.PausedUntil > _now)
        {
            At(_now + Milliseconds(50 + _random.Below(100)), () => Submit(call));
            return;
        }

        Submit(call, frontEnd);
    }

    private void Submit(RecordedCall call, SimulatedNode frontEnd)
    {
        var handle = ++_handles;
        _running.Add((frontEnd.Id, handle), call);
        Trace($"client {call.Client} calls {frontEnd.Id}: {call.Command} {call.RequestId}");
        RequestKey? key = call.RequestId is { } id
            ? RequestKey.OfClient(Encoding.UTF8.GetBytes($"{call.Command.Caller}\0{id}"))
            : null;
        frontEnd.Coordinator.OnCall(
            handle, key, CommandCodec.OpcodeOf(call.Command), CommandCodec.Encode(call.Command), InstantOf(frontEnd));
        // The outbox holds the messages of this call only.
        call.Keys.UnionWith(
            frontEnd.Outbox.Messages.Select(outgoing => outgoing.Message).OfType<Req>().Select(req => req.Request.Key));
        if (key is { } own)
            call.Keys.Add(own);
        Settle(frontEnd);
    }

    private void OnCompleted(SimulatedNode frontEnd, long handle, CallResult? result)
    {
        if (!_running.Remove((frontEnd.Id, handle), out var call))
            throw new BrokenException($"call {handle} of {frontEnd.Id} ended twice");
        Trace($"client {call.Client} has {result?.ToString() ?? "a broken connection"}");
        if (result is Answered answer)
            _replies.OnAnswered(frontEnd.Id, call, answer);
        else
        {
            call.Told.Add(result is Failed failed
                ? ReplicatedExecutor.FaultOf(failed.Reason, call.RequestId).Detail.Execution
                : ExecutionState.Unknown);
        }

        if (_losing is not null)
        {
            (call.Ended, call.Result) = (_now, result);
            return;
        }

        if (result is not Answered && call.RequestId is not null)
        {
            At(_now + Milliseconds(10 + _random.Below(100)), () => Submit(call));
            return;
        }

        Broken.Unless(result is not Failed { Reason: CallFailure.ReplicaDivergence }, $"{call.Command}: no two replies were equal");
        call.Ended = _now;
        call.Result = result;
        _openCalls--;
        var left = _left[call];
        var pause = _healed ? 0 : _knobs.CallPause.Ticks;
        At(_now + pause + Milliseconds(_random.Below(_random.Chance(300) ? 300 : 10)), () => NextCall(call.Client, left - 1));
    }

    private void OnFrontEndCrashed(SimulatedNode frontEnd)
    {
        _replies.OnFrontEndCrashed(frontEnd.Id);
        foreach (var key in _running.Keys.Where(key => key.FrontEnd == frontEnd.Id).ToArray())
            OnCompleted(frontEnd, key.Handle, null);
    }

    private Command SomeCommand()
    {
        var hospital = (Hospital)_random.Below(3);
        var admin = new CallerId(true, hospital, 1);
        var patient = new PatientId(hospital, (ushort)_random.Below(3));
        var caller = new CallerId(false, patient.Home, patient.Number);
        return _random.Below(10) switch
        {
            0 or 1 => new AddAppointment(admin, SlotAt(hospital), 1 + _random.Below(2)),
            2 => new RemoveAppointment(admin, SlotAt(hospital)),
            3 => new ListAppointmentAvailability(admin, (AppointmentType)_random.Below(3)),
            4 => new GetAppointmentSchedule(caller, patient),
            5 => new CancelAppointment(caller, patient, SlotAt((Hospital)_random.Below(3)).Id),
            6 => new SwapAppointment(caller, patient, SlotAt((Hospital)_random.Below(3)), SlotAt((Hospital)_random.Below(3))),
            _ => new BookAppointment(caller, patient, SlotAt((Hospital)_random.Below(3))),
        };
    }

    private Slot SlotAt(Hospital hospital) =>
        new(
            new AppointmentId(hospital, new DateOnly(2025, 1, 6 + _random.Below(2)), (TimeOfDay)_random.Below(2)),
            (AppointmentType)_random.Below(2));

    private sealed class Sink(Simulation simulation, SimulatedNode node) : ICallSink
    {
        public void OnCompleted(long call, CallResult result)
        {
            var boot = node.BootCount;
            simulation.At(simulation._now, () =>
            {
                if (node.BootCount == boot)
                    simulation.OnCompleted(node, call, result);
            });
        }

        public void OnBodyWanted(BodyWanted wanted)
        {
            var replica = simulation._nodes[NodeId.Replica(wanted.Replica)];
            var isLost = !simulation._healed && (simulation.IsCut(node.Id, replica.Id) || simulation.IsCut(replica.Id, node.Id));
            var body = !isLost && replica.IsUp && replica.PausedUntil <= simulation._now
                ? replica.Replica.Core.FindReply(wanted.Seq)?.Result
                : null;
            simulation.Trace($"{node.Id} fetches #{wanted.Seq} from {replica.Id}: {body?.Length ?? -1} bytes");
            var boot = node.BootCount;
            simulation.At(
                simulation._now + Milliseconds(1 + simulation._random.Below(body is null ? 500 : 5)), () => GiveBody(boot, wanted, body));
        }

        private void GiveBody(int boot, BodyWanted wanted, byte[]? body)
        {
            if (node.BootCount != boot || !node.IsUp)
                return;
            if (node.PausedUntil > simulation._now)
            {
                simulation.At(node.PausedUntil, () => GiveBody(boot, wanted, body));
                return;
            }

            // The implicit conversion of an array to memory would turn null into an empty body.
            node.Coordinator.OnBodyFetched(wanted, body is null ? (ReadOnlyMemory<byte>?)null : body, simulation.InstantOf(node));
            simulation.Settle(node);
        }

        public void OnJudged(Judgement judgement)
        {
            foreach (var (replica, verdict) in judgement.Replicas)
            {
                Broken.Unless(
                    verdict != Verdict.Wrong || simulation._knobs.Liar == replica || simulation.IsOverruled(replica),
                    $"replica {replica} was judged wrong at {judgement.Seq}, but tells the truth");
            }
        }

        public void OnReport(Report report, Instant now)
        {
            Broken.Unless(
                report is not VerdictReport || simulation._knobs.Liar == report.Replica
                    || simulation._knobs.Slandered == report.Replica || simulation.IsOverruled(report.Replica),
                $"replica {report.Replica} is accused, but tells the truth");
            simulation.Submit(node, report);
        }

        public void OnAlarm(VoteAlarm alarm) =>
            Broken.Unless(
                alarm.Reason != CallFailure.ReplicaDivergence || simulation._losing is not null,
                $"two replicas seem to lie at {alarm.Seq}");
    }
}
