namespace Dams.ReplicaManager.Agreement;

/// <summary>An event of the cluster, in the same words at all managers.</summary>
/// <param name="Number">Dense, from 1; the same at all managers.</param>
/// <param name="Time">By the sequencer's clock, in milliseconds since 1970.</param>
/// <param name="Replica">The seat of the replica that it is about.</param>
/// <param name="Text">A sentence for people.</param>
internal sealed record AgreedEvent(long Number, long Time, AgreedEventKind Kind, byte Replica, string Text);

/// <summary>The kinds of events. Their names are in <c>/status</c> and <c>/events</c>.</summary>
internal enum AgreedEventKind
{
    /// <summary>A front end or a sequencer suspects a replica.</summary>
    Suspicion,

    /// <summary>A front end has judged three replies wrong.</summary>
    Verdict,

    /// <summary>A manager finds the state of a replica in the minority.</summary>
    CheckpointDiffers,

    /// <summary>A manager starts its replica's process again.</summary>
    Restarting,

    /// <summary>The charge was not confirmed.</summary>
    Dismissed,

    /// <summary>The managers have agreed to replace an incarnation.</summary>
    ReplacementDecided,

    /// <summary>The replica's turn to be replaced has come.</summary>
    ReplacementStarted,

    /// <summary>A new incarnation votes in the seat.</summary>
    ReplacementDone,

    /// <summary>The operator should look.</summary>
    Alarm,

    /// <summary>The replica was replaced too often, so it is left to the operator.</summary>
    Degraded,
}
