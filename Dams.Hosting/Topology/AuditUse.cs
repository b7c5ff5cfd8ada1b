namespace Dams.Hosting.Topology;

/// <summary>Whether front ends write an audit file.</summary>
public enum AuditUse
{
    /// <summary>Only if the cluster is beyond loopback.</summary>
    Auto,

    /// <summary>Always.</summary>
    On,

    /// <summary>Never.</summary>
    Off,
}
