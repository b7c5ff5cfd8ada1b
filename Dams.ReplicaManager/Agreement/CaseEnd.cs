namespace Dams.ReplicaManager.Agreement;

/// <summary>The end of a case, for people and for the decision.</summary>
/// <param name="Case">The case, with its votes.</param>
/// <param name="IsConfirmed">Whether enough managers have seen it themselves. Else too few are left that could.</param>
internal readonly record struct CaseEnd(Case Case, bool IsConfirmed)
{
    /// <summary>The reason for the replacement, if the charge is confirmed.</summary>
    public ReplacementCause Cause => Case.Kind switch
    {
        CaseKind.Silent => ReplacementCause.Dead,
        CaseKind.Wrong => ReplacementCause.Wrong,
        _ => ReplacementCause.StateDiffers,
    };

    /// <summary>The kind of event, if the charge is dismissed. A wrong charge about a reply or a state is an alarm.</summary>
    public AgreedEventKind Event => Case.Kind == CaseKind.Silent ? AgreedEventKind.Dismissed : AgreedEventKind.Alarm;

    /// <summary>Why the case has ended so.</summary>
    public string Why => (Case.Kind, IsConfirmed) switch
    {
        (CaseKind.Silent, true) => "managers have found it dead",
        (CaseKind.Wrong, true) => $"managers have found its replies to {string.Join(", ", Case.Sequences)} wrong",
        (_, true) => "managers have found its state in the minority",
        (CaseKind.Silent, false) => "managers find that it answers and moves: it is not dead",
        (CaseKind.Wrong, false) => $"its replies to {string.Join(", ", Case.Sequences)} were judged wrong, "
            + "but the managers that fetched them found them right or gone. "
            + "Either the front end errs, or the replica answers each asker differently",
        (_, false) => $"its state at checkpoint {Case.Checkpoint} was in the minority, "
            + "but other managers found it with the majority there or later, or found the replica gone. "
            + "Either the state has recovered, or the replica has left, or it answers each asker differently",
    };
}
