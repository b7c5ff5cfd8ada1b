namespace Dams.Ordering.Storage;

/// <summary>
/// Numbers the batches of a log, and knows which of them are flushed. It notes that beside the log
/// (<see cref="FlushMark"/>), but only if a flush reaches the disk. After a power cut, batches that were in memory
/// alone may be gone while a note of them is still there. Owner's thread.
/// </summary>
internal sealed class FlushProgress(FlushMark mark, Durability durability) : IDisposable
{
    /// <summary>The last batch that was written; 0 before the first.</summary>
    public ulong Written { get; private set; }

    /// <summary>The last batch that was flushed.</summary>
    public ulong Flushed { get; private set; }

    /// <summary>Whether there is nothing to flush.</summary>
    public bool IsComplete => Flushed == Written;

    /// <summary>Goes on from a log that was opened. All batches up to a number are flushed.</summary>
    public void Begin(Incarnation incarnation, ulong batch)
    {
        mark.Begin(incarnation, durability == Durability.Disk ? batch : 0);
        Written = Flushed = batch;
    }

    /// <summary>The next batch was written.</summary>
    public void OnWritten() => Written++;

    /// <summary>All batches that were written are flushed.</summary>
    public void OnFlushed()
    {
        Flushed = Written;
        if (durability == Durability.Disk)
            mark.Note(Flushed);
    }

    /// <inheritdoc/>
    public void Dispose() => mark.Dispose();
}
