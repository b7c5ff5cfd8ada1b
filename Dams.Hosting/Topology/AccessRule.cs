namespace Dams.Hosting.Topology;

/// <summary>Says whether callers must be known.</summary>
public enum AccessRule
{
    /// <summary>Beyond loopback, every caller is a user.</summary>
    Users = 0,

    /// <summary>Anybody may call, from everywhere. That is an alarm for as long as it lasts.</summary>
    Open,
}
