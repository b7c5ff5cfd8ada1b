using Dams.Contracts.Domain;

namespace Dams.Replica.Engines;

/// <summary>All slots of one hospital and date.</summary>
/// <param name="Key">The hospital and date.</param>
/// <param name="Slots">The slots, in slot order: by time of day, then type.</param>
public sealed record Bucket(BucketKey Key, ReplyList<SlotState> Slots);
