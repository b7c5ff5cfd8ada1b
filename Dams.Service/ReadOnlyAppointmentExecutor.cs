using Dams.Contracts.Domain;
using Dams.Contracts.Soap;

namespace Dams.Service;

/// <summary>
/// The executor behind the <see cref="AppointmentService"/> of a replica. It answers reads from that replica alone, so that the
/// replicas can be compared. It answers a write with the fault <see cref="DamsFaultCode.NotPermitted"/>, which names the front end.
/// </summary>
/// <param name="reads">Answers the reads.</param>
/// <param name="frontEndAddress">Gives the address for writes. Called for each refused write, since the address may change.</param>
public sealed class ReadOnlyAppointmentExecutor(IAppointmentExecutor reads, Func<string> frontEndAddress) : IAppointmentExecutor
{
    /// <inheritdoc/>
    public ValueTask<ExecutedReply> ExecuteAsync(Command command, string? requestId, CancellationToken ct) => command.IsWrite
        ? throw DamsFaults.NotPermitted($"A replica answers reads only; send this to the front end at {frontEndAddress()}.", requestId)
        : reads.ExecuteAsync(command, requestId, ct);
}
