using Dams.Contracts.Domain;

namespace Dams.Service;

/// <summary>
/// Executes calls: checks a request, has the command executed, and makes the result. Both contracts stand in front of it,
/// <see cref="AppointmentService"/> and <see cref="FrontEndImpl"/>.
/// </summary>
internal sealed class AppointmentCalls(IAppointmentExecutor executor, string? authenticatedAs, CancellationToken ct)
{
    private readonly string? _user = authenticatedAs is null ? null : AppointmentEdge.Canonical(authenticatedAs);

    /// <summary>Executes one call.</summary>
    /// <exception cref="System.ServiceModel.FaultException{TDetail}">
    /// The request is malformed or not permitted, or there is no answer.
    /// </exception>
    public async Task<TResult> CallAsync<TCommand, TResult>(AppointmentRequest<TCommand, TResult> request)
        where TCommand : Command
    {
        var command = request.ToCommand();
        if (_user is not null && command.Caller.ToString() != _user)
            throw DamsFaults.NotPermitted($"{command.Caller} is not the authenticated user.", request.OwnId);
        return request.ToResult(command, await executor.ExecuteAsync(command, request.OwnId, ct).ConfigureAwait(false));
    }
}
