namespace Dams.FrontEnd.Lab;

/// <summary>What the front end itself does wrong on purpose. Written by the lab, read by the coordinator's loop.</summary>
internal sealed class LabSwitches
{
    private volatile int _accused;

    /// <summary>The number of the replica that is reported as wrong and silent though it is neither; null for none. Always null without the lab.</summary>
    public int? AccusedReplica
    {
        get => _accused is > 0 and var number ? number : null;
        set => _accused = value ?? 0;
    }
}
