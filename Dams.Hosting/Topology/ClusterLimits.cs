namespace Dams.Hosting.Topology;

/// <summary>The limits on a client's call, and on the time that it may take.</summary>
public sealed record ClusterLimits
{
    /// <summary>How long a front end tries to answer a call. Then it says whether the call is NotExecuted, Unknown or Executed.</summary>
    public TimeSpan CallDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The longest HTTP request body. The longest valid call needs about 2 KiB; security headers of some clients need 20 KiB.
    /// </summary>
    public int RequestBytesMax { get; init; } = 256 * 1024;

    /// <summary>The deepest nesting of a request's XML. Valid calls need 4 levels, signed security headers about 12.</summary>
    public int XmlDepthMax { get; init; } = 32;

    /// <summary>The most calls that one front end works on at once. It rejects more as Overloaded before anything is sent.</summary>
    public int InFlightCallsMax { get; init; } = 4096;

    /// <summary>
    /// The part of the calls in flight that one user may have, in percent. With users, one of them can't take all calls. Each user may have
    /// one call in any case.
    /// </summary>
    public int UserSharePercent { get; init; } = 25;

    /// <summary>The part of the calls in flight that one address may have, in percent, where callers must be users.</summary>
    public int AddressSharePercent { get; init; } = 50;

    /// <summary>The most calls of one user in a second: several times what one client needs.</summary>
    public int UserCallsPerSecondMax { get; init; } = 1_000;

    /// <summary>The most HTTP requests of one address in a second. A proxy or a clinic's network has one address.</summary>
    public int AddressRequestsPerSecondMax { get; init; } = 5_000;
}
