namespace Dams.Lab;

/// <summary>The injected faults of the front end itself. The lab writes them; the coordinator's loop reads them.</summary>
public sealed class LabSwitches
{
    private volatile int _accused;

    /// <summary>
    /// The number of the replica that is reported as wrong and silent, although it is neither; null for none. Always null without
    /// the lab.
    /// </summary>
    public int? AccusedReplica
    {
        get => _accused is > 0 and var number ? number : null;
        set => _accused = value ?? 0;
    }
}
