namespace Dams.Ordering.Storage;

/// <summary>Whether an acknowledged write survives a power cut.</summary>
public enum Durability
{
    /// <summary>A flush is an fsync: members have a write on disk before they acknowledge it, so that it survives a power cut.</summary>
    Disk = 1,

    /// <summary>
    /// A flush does nothing: what was written survives the process, not the machine. A power cut of all members loses everything. For
    /// comparison only.
    /// </summary>
    Memory = 2,
}
