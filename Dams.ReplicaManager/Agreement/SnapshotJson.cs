using System.Text.Json.Serialization;

namespace Dams.ReplicaManager.Agreement;

[JsonSerializable(typeof(AgreedSnapshot))]
internal sealed partial class SnapshotJson : JsonSerializerContext;
