namespace Dams.Hosting.Status;

/// <summary>
/// A transition of the cluster that a front end saw or heard of; a part of <see cref="ClusterStatus"/>, and an event of <c>/events</c>.
/// </summary>
public sealed record ClusterEvent
{
    /// <summary>Its number in the front end's journal, from 1 without a gap.</summary>
    public long Id { get; init; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>The kind of transition, in camel case. A reader may not know the kinds of a later release.</summary>
    public string Kind { get; init => field = value ?? ""; } = "";

    /// <summary>The id of the process that it is about.</summary>
    public string Node { get; init => field = value ?? ""; } = "";

    /// <summary>A sentence for people. It never names a patient.</summary>
    public string Text { get; init => field = value ?? ""; } = "";
}
