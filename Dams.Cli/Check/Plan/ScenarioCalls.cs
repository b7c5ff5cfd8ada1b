using System.Globalization;
using Dams.Contracts.Domain;

namespace Dams.Cli.Check.Plan;

/// <summary>
/// A call of the service as a scenario writes it. Ids are texts, because a scenario may send a malformed one on purpose. The text of a
/// call is its line.
/// </summary>
internal abstract record ScenarioCall(string Caller)
{
    /// <summary>Whether the call may change something.</summary>
    public abstract bool IsWrite { get; }

    /// <summary>The option that names the caller, if it is not the patient.</summary>
    protected string As(string patient) => Caller == patient ? "" : $" --as {Caller}";
}

/// <summary>A slot as a scenario writes it.</summary>
internal sealed record WrittenSlot(string Id, AppointmentType Type)
{
    /// <summary>The slot; null if its id is malformed.</summary>
    public Slot? Slot => AppointmentId.TryParse(Id, out var id) ? new Slot(id, Type) : null;

    public override string ToString() => $"{Id} {Type}";
}

internal sealed record AddCall(string Caller, WrittenSlot Slot, int Capacity) : ScenarioCall(Caller)
{
    public override bool IsWrite => true;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"add {Slot} {Capacity} --as {Caller}");
}

internal sealed record RemoveCall(string Caller, WrittenSlot Slot) : ScenarioCall(Caller)
{
    public override bool IsWrite => true;

    public override string ToString() => $"remove {Slot} --as {Caller}";
}

internal sealed record ListCall(string Caller, AppointmentType Type) : ScenarioCall(Caller)
{
    public override bool IsWrite => false;

    public override string ToString() => $"list {Type} --as {Caller}";
}

internal sealed record BookCall(string Caller, string Patient, WrittenSlot Slot) : ScenarioCall(Caller)
{
    public override bool IsWrite => true;

    public override string ToString() => $"book {Patient} {Slot}{As(Patient)}";
}

internal sealed record ScheduleCall(string Caller, string Patient) : ScenarioCall(Caller)
{
    public override bool IsWrite => false;

    public override string ToString() => $"schedule {Patient}{As(Patient)}";
}

internal sealed record CancelCall(string Caller, string Patient, string Id) : ScenarioCall(Caller)
{
    public override bool IsWrite => true;

    public override string ToString() => $"cancel {Patient} {Id}{As(Patient)}";
}

internal sealed record SwapCall(string Caller, string Patient, WrittenSlot Old, WrittenSlot New) : ScenarioCall(Caller)
{
    public override bool IsWrite => true;

    public override string ToString() => $"swap {Patient} {Old} {New}{As(Patient)}";
}
