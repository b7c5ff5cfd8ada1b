using Dams.Contracts.Domain;
using Dams.Contracts.Soap;
using Dams.FrontEnd.Coordination;
using Dams.FrontEnd.Service;
using Dams.Service;
using Dams.Tests.Soap.SoapUi;

namespace Dams.Tests.Soap.ApiPage;

/// <summary>A fault as a client sees it.</summary>
/// <param name="Code">The code in the detail.</param>
/// <param name="Side">The SOAP 1.1 fault code: Client or Server.</param>
/// <param name="Execution">Whether the request was executed.</param>
/// <param name="RetryAfterMs">When to retry; empty if the detail does not say.</param>
internal sealed record FaultRow(string Code, string Side, string Execution, string RetryAfterMs);

/// <summary>Provokes every fault of the appointment contract at the edge, and reads the answers.</summary>
internal static class FaultRows
{
    private static readonly (string, string)[] s_add =
    [
        ("callerId", "MTLA1234"), ("appointmentId", "MTLE210422"), ("appointmentType", "Physician"), ("capacity", "2"),
        ("requestId", "mine"),
    ];

    /// <summary>Every kind of fault once, in the order of the codes.</summary>
    public static async Task<IReadOnlyList<FaultRow>> ReadAsync()
    {
        var answers = new List<SoapAnswer>
        {
            await AskAsync(Answering(new AddReply(AddOutcome.Added)), [.. s_add[..3], ("capacity", "0")]),
            await AskAsync(Answering(new AddReply(AddOutcome.Added)), [("callerId", "MTLP1234"), .. s_add[1..]]),
            await AskAsync(Answering(new AddReply(AddOutcome.Added)), s_add, user: "MTLA9999"),
            await AskAsync(Throwing(DamsFaults.Unauthenticated()), s_add),
            await AskAsync(Throwing(new InvalidOperationException("a defect")), s_add),
            await AskAsync(Throwing(DamsFaults.NoRoom(readsToo: false, "mine")), s_add),
        };
        foreach (var refusal in Enum.GetValues<Refusal>())
            answers.Add(await AskAsync(Answering(new RefusedReply(refusal)), s_add));
        foreach (var failure in Enum.GetValues<CallFailure>())
            answers.Add(await AskAsync(Throwing(ReplicatedExecutor.FaultOf(failure, "mine")), s_add));
        return
        [
            .. answers.Select(answer => new FaultRow(
                    answer.Fault("code")!, answer.Code!, answer.Fault("execution")!, answer.Fault("retryAfterMs") ?? ""))
                .Distinct()
                .OrderBy(row => Enum.Parse<DamsFaultCode>(row.Code)).ThenBy(row => Enum.Parse<ExecutionState>(row.Execution)),
        ];
    }

    private static async Task<SoapAnswer> AskAsync(IAppointmentExecutor executor, (string, string)[] fields, string? user = null)
    {
        await using var server = await SoapTestServer.StartAsync(executor, user: user);
        var answer = await SoapMessage.SendAsync(server, SoapUiCaseBuilder.Envelope("1.1", "AddAppointment", fields));
        Assert.That(answer.IsFault, Is.True, answer.Text);
        return answer;
    }

    private static ScriptedExecutor Answering(Reply reply) => new((_, _, _) => ValueTask.FromResult(new ExecutedReply(reply, 7)));

    private static ScriptedExecutor Throwing(Exception exception) => new((_, _, _) => ValueTask.FromException<ExecutedReply>(exception));
}
