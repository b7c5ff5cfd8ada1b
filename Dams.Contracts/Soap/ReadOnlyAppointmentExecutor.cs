using Dams.Contracts.Domain;

namespace Dams.Contracts.Soap;

/// <summary>
/// What a replica puts behind <see cref="AppointmentService"/>: reads are answered from that replica alone, so that the replicas can be put side by side;
/// a write is the fault <see cref="DamsFaultCode.NotPermitted"/> that names the front end.
/// </summary>
/// <param name="reads">Answers the reads.</param>
/// <param name="frontEndAddress">Where writes belong; asked for at each refusal, since it may move.</param>
public sealed class ReadOnlyAppointmentExecutor(IAppointmentExecutor reads, Func<string> frontEndAddress) : IAppointmentExecutor
{
    /// <inheritdoc/>
    public ValueTask<ExecutedReply> ExecuteAsync(Command command, string? requestId, CancellationToken ct) => command.IsWrite
        ? throw DamsFaults.NotPermitted($"A replica answers reads only; send this to the front end at {frontEndAddress()}.", requestId)
        : reads.ExecuteAsync(command, requestId, ct);
}
