using Dams.Contracts.Domain;
using Dams.Contracts.Soap;

namespace Dams.Service;

/// <summary>
/// A call, with its fields as the client sent them. Each operation has a record whose properties are the parameters of its method in
/// <see cref="IAppointmentService"/>. All are required and set by name. So the compiler finds a field that is left out, and no
/// field can be passed in another's place.
/// </summary>
internal abstract record AppointmentRequest
{
    public required string? CallerId { get; init; }

    public required string? RequestId { get; init; }

    /// <summary>The client's own id, as faults and executors carry it.</summary>
    public string? OwnId => AppointmentEdge.OwnId(RequestId);
}

/// <summary>A call of one operation: the record joins the operation's fields, checks and result.</summary>
internal abstract record AppointmentRequest<TCommand, TResult> : AppointmentRequest
    where TCommand : Command
{
    /// <summary>Checks the fields and the caller's rights.</summary>
    public abstract TCommand ToCommand();

    /// <summary>Turns the reply into the result on the wire.</summary>
    public abstract TResult ToResult(TCommand command, ExecutedReply executed);
}
