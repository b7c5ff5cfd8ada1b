namespace Dams.Ordering;

/// <summary>The group that a datagram belongs to. Each group has its own epochs and states.</summary>
public enum GroupId : byte
{
    /// <summary>The replicas of the service.</summary>
    Replicas = 1,

    /// <summary>The replica managers.</summary>
    Managers = 2,
}
