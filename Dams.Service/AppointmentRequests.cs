using Dams.Contracts.Domain;
using Dams.Contracts.Soap;

namespace Dams.Service;

internal sealed record AddAppointmentRequest : AppointmentRequest<AddAppointment, AddAppointmentResult>
{
    public required string? AppointmentId { get; init; }

    public required AppointmentType AppointmentType { get; init; }

    public required int Capacity { get; init; }

    public override AddAppointment ToCommand() => AppointmentEdge.Add(this);

    public override AddAppointmentResult ToResult(AddAppointment command, ExecutedReply executed) =>
        AppointmentReplies.Add(command, executed, RequestId);
}

internal sealed record RemoveAppointmentRequest : AppointmentRequest<RemoveAppointment, RemoveAppointmentResult>
{
    public required string? AppointmentId { get; init; }

    public required AppointmentType AppointmentType { get; init; }

    public override RemoveAppointment ToCommand() => AppointmentEdge.Remove(this);

    public override RemoveAppointmentResult ToResult(RemoveAppointment command, ExecutedReply executed) =>
        AppointmentReplies.Remove(command, executed, RequestId);
}

internal sealed record ListAppointmentAvailabilityRequest
    : AppointmentRequest<ListAppointmentAvailability, ListAppointmentAvailabilityResult>
{
    public required AppointmentType AppointmentType { get; init; }

    public override ListAppointmentAvailability ToCommand() => AppointmentEdge.List(this);

    public override ListAppointmentAvailabilityResult ToResult(ListAppointmentAvailability command, ExecutedReply executed) =>
        AppointmentReplies.List(command, executed, RequestId);
}

internal sealed record BookAppointmentRequest : AppointmentRequest<BookAppointment, BookAppointmentResult>
{
    public required string? PatientId { get; init; }

    public required string? AppointmentId { get; init; }

    public required AppointmentType AppointmentType { get; init; }

    public override BookAppointment ToCommand() => AppointmentEdge.Book(this);

    public override BookAppointmentResult ToResult(BookAppointment command, ExecutedReply executed) =>
        AppointmentReplies.Book(command, executed, RequestId);
}

internal sealed record GetAppointmentScheduleRequest : AppointmentRequest<GetAppointmentSchedule, GetAppointmentScheduleResult>
{
    public required string? PatientId { get; init; }

    public override GetAppointmentSchedule ToCommand() => AppointmentEdge.Schedule(this);

    public override GetAppointmentScheduleResult ToResult(GetAppointmentSchedule command, ExecutedReply executed) =>
        AppointmentReplies.Schedule(command, executed, RequestId);
}

internal sealed record CancelAppointmentRequest : AppointmentRequest<CancelAppointment, CancelAppointmentResult>
{
    public required string? PatientId { get; init; }

    public required string? AppointmentId { get; init; }

    public override CancelAppointment ToCommand() => AppointmentEdge.Cancel(this);

    public override CancelAppointmentResult ToResult(CancelAppointment command, ExecutedReply executed) =>
        AppointmentReplies.Cancel(command, executed, RequestId);
}

internal sealed record SwapAppointmentRequest : AppointmentRequest<SwapAppointment, SwapAppointmentResult>
{
    public required string? PatientId { get; init; }

    public required string? OldAppointmentId { get; init; }

    public required AppointmentType OldAppointmentType { get; init; }

    public required string? NewAppointmentId { get; init; }

    public required AppointmentType NewAppointmentType { get; init; }

    public override SwapAppointment ToCommand() => AppointmentEdge.Swap(this);

    public override SwapAppointmentResult ToResult(SwapAppointment command, ExecutedReply executed) =>
        AppointmentReplies.Swap(command, executed, RequestId);
}
