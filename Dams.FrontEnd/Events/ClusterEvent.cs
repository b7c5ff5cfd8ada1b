using System.Text.Json.Serialization;

namespace Dams.FrontEnd.Events;

/// <summary>A transition of the cluster that this front end saw or heard of.</summary>
/// <param name="Id">Its number in this front end's journal, from 1 without a gap.</param>
/// <param name="Time">When it happened.</param>
/// <param name="Kind">The kind of transition.</param>
/// <param name="Node">The id of the process that it is about.</param>
/// <param name="Text">A sentence for people. It never names a patient.</param>
internal sealed record ClusterEvent(long Id, DateTimeOffset Time, ClusterEventKind Kind, string Node, string Text);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ClusterEvent))]
internal sealed partial class EventJson : JsonSerializerContext;
