namespace Dams.FrontEnd.Events;

/// <summary>
/// The kinds of events of a cluster. The names are stable: in camel case they are the <c>kind</c> of <c>/status</c> and
/// <c>/events</c>.
/// </summary>
internal enum ClusterEventKind
{
    /// <summary>This front end has started; its journal begins here.</summary>
    FrontEndStarted = 0,

    /// <summary>A sequencer was heard that leads a higher epoch than the last one.</summary>
    EpochChanged,

    /// <summary>Another sequencer than before is active.</summary>
    SequencerChanged,

    /// <summary>The sequencer is not heard any more.</summary>
    SequencerSilent,

    /// <summary>A sequencer that was silent is heard again in the same epoch.</summary>
    SequencerHeard,

    /// <summary>An incarnation of a replica is in the view, and catches up.</summary>
    ReplicaJoined,

    /// <summary>An incarnation of a replica votes from now on.</summary>
    ReplicaActivated,

    /// <summary>An incarnation of a replica was ordered out.</summary>
    ReplicaLeft,

    /// <summary>A replica has become active, joining, restarting, suspected, degraded or dead.</summary>
    ReplicaStateChanged,

    /// <summary>A manager has become active or dead.</summary>
    ManagerStateChanged,

    /// <summary>A replica gave replies that the majority contradicts.</summary>
    ReplyWrong,

    /// <summary>A replica gave no reply within the limit after two equal ones.</summary>
    ReplySilent,

    /// <summary>A request was ordered, and no two replies were equal in time.</summary>
    NoQuorum,

    /// <summary>
    /// The replies to a request had no single majority: there were two pairs, before or after the answer, or all replies came and no
    /// two were equal.
    /// </summary>
    Divergence,

    /// <summary>After the same entry, a replica's state digest differs from that of two others.</summary>
    CheckpointDiffers,

    /// <summary>The replicas' state digests after the same entry have no majority.</summary>
    StatesDivided,

    /// <summary>The managers were told that a replica is silent.</summary>
    Suspicion,

    /// <summary>The managers were told that a replica gives wrong replies.</summary>
    Verdict,

    /// <summary>The managers have looked at an accusation against a replica, and dismissed it.</summary>
    Dismissed,

    /// <summary>The managers have agreed to replace a replica.</summary>
    ReplacementDecided,

    /// <summary>The old incarnation of a replica is being ordered out.</summary>
    ReplacementStarted,

    /// <summary>The new incarnation of a replaced replica votes.</summary>
    ReplacementDone,

    /// <summary>A manager starts its replica again as the same incarnation.</summary>
    Restarting,

    /// <summary>A replica was replaced too often, and is not replaced any more for now.</summary>
    Degraded,

    /// <summary>An operator must decide something.</summary>
    Alarm,

    /// <summary>The managers report an event of a kind that this release does not know.</summary>
    ManagerEvent,

    /// <summary>The cause of an alarm has gone by itself.</summary>
    AlarmSettled,
}
