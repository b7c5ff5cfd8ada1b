using System.Text.Json.Serialization;

namespace Dams.FrontEnd.Events;

/// <summary>A transition of the cluster, as this front end saw it or was told of it.</summary>
/// <param name="Id">Its place in this front end's journal, from 1 without a gap.</param>
/// <param name="Time">When it happened.</param>
/// <param name="Kind">What.</param>
/// <param name="Node">To whom: the id of a process.</param>
/// <param name="Text">A sentence for people. It never names a patient.</param>
internal sealed record ClusterEvent(long Id, DateTimeOffset Time, ClusterEventKind Kind, string Node, string Text);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ClusterEvent))]
internal sealed partial class EventJson : JsonSerializerContext;
