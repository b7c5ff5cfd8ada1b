using System.ServiceModel;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;
using Dams.FrontEnd.Coordination;
using Dams.FrontEnd.Service;
using Dams.Ordering;
using Dams.Tests.Hosting;
using Microsoft.Extensions.Logging.Testing;

namespace Dams.Tests.Coordination;

/// <summary>The faults and log lines of calls without an answer.</summary>
internal sealed class ReplicatedExecutorTests
{
    [TestCase(CallFailure.OverloadedHere, DamsFaultCode.Overloaded, ExecutionState.NotExecuted)]
    [TestCase(CallFailure.Overloaded, DamsFaultCode.Overloaded, ExecutionState.Unknown)]
    [TestCase(CallFailure.SequencerUnavailable, DamsFaultCode.SequencerUnavailable, ExecutionState.Unknown)]
    [TestCase(CallFailure.NoQuorum, DamsFaultCode.NoQuorum, ExecutionState.Unknown)]
    [TestCase(CallFailure.InsufficientReplicas, DamsFaultCode.InsufficientReplicas, ExecutionState.NotExecuted)]
    [TestCase(CallFailure.ReplicaDivergence, DamsFaultCode.ReplicaDivergence, ExecutionState.Executed)]
    [TestCase(CallFailure.SessionRetired, DamsFaultCode.NoQuorum, ExecutionState.Unknown)]
    public async Task A_call_without_an_answer_is_a_fault_that_says_whether_it_was_executed(
        object failure, DamsFaultCode code, ExecutionState execution)
    {
        var log = new FakeLogger<ReplicatedExecutor>();
        var calls = new WaitingCalls();
        var executor = Executors.LogTo(log, calls, new FailingLoop(calls, (CallFailure)failure));
        var command = new GetAppointmentSchedule(new CallerId(false, Hospital.MTL, 1), new PatientId(Hospital.MTL, 1));
        var fault = (await Assert.ThrowsAsync<FaultException<DamsFault>>(
            () => executor.ExecuteAsync(command, "id 1", CancellationToken.None).AsTask()))!;
        Assert.That((fault.Detail.Code, fault.Detail.Execution, fault.Detail.RequestId), Is.EqualTo((code, execution, "id 1")));
    }

    [Test]
    public void Each_divergence_is_logged_but_only_the_first_of_many_calls_without_a_quorum()
    {
        var log = new FakeLogger<ReplicatedExecutor>();
        var sink = Executors.SinkTo(log);
        for (var seq = 1; seq <= 3; seq++)
        {
            sink.OnAlarm(new VoteAlarm(
                CallFailure.ReplicaDivergence, IsAnswered: true, new SequenceNumber(seq), [(1, Digest.Of([1])), (2, Digest.Of([2]))]));
            sink.OnAlarm(new VoteAlarm(CallFailure.NoQuorum, IsAnswered: false, new SequenceNumber(seq), []));
        }

        Assert.That(log.Lines.Count(line => line.Contains("the replicas diverge at", StringComparison.Ordinal)), Is.EqualTo(3));
        Assert.That(log.Lines.Count(line => line.Contains("too few equal replies came in time", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    private sealed class FailingLoop(WaitingCalls calls, CallFailure failure) : IFrontEndLoop
    {
        public bool TryCall(long call, RequestKey? key, byte opcode, ReadOnlyMemory<byte> payload)
        {
            calls.End(call, new Failed(failure));
            return true;
        }
    }
}
