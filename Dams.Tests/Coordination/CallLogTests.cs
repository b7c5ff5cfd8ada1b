using System.ServiceModel;
using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Contracts.Soap;
using Dams.FrontEnd.Coordination;
using Dams.FrontEnd.Service;
using Dams.Ordering;
using Dams.Tests.Hosting;
using Microsoft.Extensions.Logging.Testing;

namespace Dams.Tests.Coordination;

/// <summary>The log lines that calls leave in a front end, and the fault for each failure.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CallLogTests
{
    private readonly FakeLogger<ReplicatedExecutor> _log = new();

    [Test]
    public async Task An_answered_call_is_logged_at_Debug_only()
    {
        await CallAsync(new Answered(new SequenceNumber(7), ReplyCodec.Encode(new ScheduleReply([]))));
        Assert.That(_log.Lines.Single(), Does.StartWith("Debug").And.Contain("-> 7"));
    }

    [TestCase((int)CallFailure.NoQuorum, "Information", DamsFaultCode.NoQuorum, ExecutionState.Unknown)]
    [TestCase((int)CallFailure.SessionRetired, "Information", DamsFaultCode.NoQuorum, ExecutionState.Unknown)]
    [TestCase((int)CallFailure.ReplicaDivergence, "Information", DamsFaultCode.ReplicaDivergence, ExecutionState.Executed)]
    [TestCase((int)CallFailure.SequencerUnavailable, "Information", DamsFaultCode.SequencerUnavailable, ExecutionState.Unknown)]
    [TestCase((int)CallFailure.InsufficientReplicas, "Information", DamsFaultCode.InsufficientReplicas, ExecutionState.NotExecuted)]
    [TestCase((int)CallFailure.Overloaded, "Debug", DamsFaultCode.Overloaded, ExecutionState.Unknown)]
    [TestCase((int)CallFailure.OverloadedHere, "Debug", DamsFaultCode.Overloaded, ExecutionState.NotExecuted)]
    [TestCase((int)CallFailure.TooBig, "Debug", DamsFaultCode.InvalidRequest, ExecutionState.NotExecuted)]
    public async Task Failures_of_the_system_are_logged_at_Information_and_others_at_Debug(
        int failure, string level, DamsFaultCode code, ExecutionState execution)
    {
        var fault = await Assert.ThrowsAsync<FaultException<DamsFault>>(() => CallAsync(new Failed((CallFailure)failure)));
        Assert.That((fault!.Detail.Code, fault.Detail.Execution, fault.Detail.RequestId), Is.EqualTo((code, execution, "id")));
        Assert.That(_log.Lines.Single(), Does.StartWith(level).And.Contain($"{(CallFailure)failure}"));
    }

    [Test]
    public void Every_failure_has_a_test_case() => Assert.That(
        GetType().GetMethod(nameof(Failures_of_the_system_are_logged_at_Information_and_others_at_Debug))!
            .GetCustomAttributes(typeof(TestCaseAttribute), false)
            .Cast<TestCaseAttribute>().Select(attribute => (CallFailure)(int)attribute.Arguments[0]!),
        Is.EquivalentTo(Enum.GetValues<CallFailure>()));

    private async Task CallAsync(CallResult result)
    {
        var calls = new WaitingCalls();
        var executor = Executors.LogTo(_log, calls, new Loop(call => calls.End(call, result)));
        await executor.ExecuteAsync(new GetAppointmentSchedule(default, default), "id", CancellationToken.None);
    }

    private sealed class Loop(Action<long> onCall) : IFrontEndLoop
    {
        public bool TryCall(long call, RequestKey? key, byte opcode, ReadOnlyMemory<byte> payload)
        {
            onCall(call);
            return true;
        }
    }
}
