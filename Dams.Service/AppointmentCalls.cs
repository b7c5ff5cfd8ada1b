using Dams.Contracts.Domain;
using Dams.Hosting.Access;
using Dams.Service.Audit;

namespace Dams.Service;

/// <summary>
/// Executes calls: checks a request, has the command executed, and makes the result. Both contracts stand in front of it,
/// <see cref="AppointmentService"/> and <see cref="FrontEndImpl"/>.
/// </summary>
internal sealed class AppointmentCalls(IAppointmentExecutor executor, CallerIdentity? user, CallRecord? record, CancellationToken ct)
{
    /// <summary>Executes one call.</summary>
    /// <exception cref="System.ServiceModel.FaultException{TDetail}">
    /// The request is malformed or not permitted, or there is no answer.
    /// </exception>
    public async Task<TResult> CallAsync<TCommand, TResult>(AppointmentRequest<TCommand, TResult> request)
        where TCommand : Command
    {
        record?.Begin(request);
        try
        {
            var command = request.ToCommand();
            if (user?.MaySpeakFor(command.Caller) == false)
            {
                throw DamsFaults.NotPermitted(
                    $"The user {user.Name} may not act as {command.Caller}: it may act as {user.ScopesText}.", request.OwnId);
            }

            var executed = await executor.ExecuteAsync(command, request.OwnId, ct).ConfigureAwait(false);
            var result = request.ToResult(command, executed);
            record?.End(result, executed.Sequence);
            return result;
        }
        catch (Exception problem) when (Noted(problem))
        {
            throw;
        }
    }

    // Notes the problem before anybody handles it, and handles nothing.
    private bool Noted(Exception problem)
    {
        record?.Fail(problem);
        return false;
    }
}
