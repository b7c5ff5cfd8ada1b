namespace Dams.Ordering.Protocol;

/// <summary>Takes the committed entries of a member in sequence, each once.</summary>
public interface IEntryConsumer
{
    /// <summary>The next entry of the order.</summary>
    void OnDelivered(Entry entry, Instant now);

    /// <summary>The next entry of the order, which nobody executes: its request has failed for everyone.</summary>
    void OnSkipped(Entry entry, Instant now);
}
