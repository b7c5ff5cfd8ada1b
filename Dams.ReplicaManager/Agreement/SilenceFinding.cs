namespace Dams.ReplicaManager.Agreement;

/// <summary>The finding of a watch of a suspect.</summary>
internal enum SilenceFinding
{
    /// <summary>The suspect answers, and moves or lacks nothing. Or it stands still for a reason that replacing does not remove.</summary>
    Alive,

    /// <summary>The suspect answered, but not at the end of the watch: it may have died meanwhile.</summary>
    Unclear,

    /// <summary>The suspect answers and stands still, but not yet for so long that it counts as dead.</summary>
    StandsStill,

    /// <summary>The suspect is dead.</summary>
    Dead,
}
