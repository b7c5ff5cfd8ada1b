using Dams.Contracts.Domain;
using Dams.Service;

namespace Dams.FrontEnd.Access;

/// <summary>
/// Executes the call of one request within the limits of its user and address. A call beyond them is <c>Overloaded</c> and not executed.
/// </summary>
/// <param name="inner">Executes the calls that are within the limits.</param>
/// <param name="shares">The limits.</param>
/// <param name="user">The name of the user; null if nobody has to authenticate.</param>
/// <param name="place">The place of the client.</param>
internal sealed class LimitedExecutor(IAppointmentExecutor inner, CallShares shares, string? user, string place) : IAppointmentExecutor
{
    /// <inheritdoc/>
    public async ValueTask<ExecutedReply> ExecuteAsync(Command command, string? requestId, CancellationToken ct)
    {
        using var share = shares.TryTake(user, place, out var retryAfter) ?? throw DamsFaults.Overloaded(retryAfter, requestId);
        return await inner.ExecuteAsync(command, requestId, ct).ConfigureAwait(false);
    }
}
