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
}
