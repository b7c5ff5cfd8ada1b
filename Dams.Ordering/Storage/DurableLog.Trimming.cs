namespace Dams.Ordering.Storage;

/// <content>Gives the room of entries that nobody asks for any more back to the disk.</content>
public sealed partial class DurableLog
{
    /// <summary>
    /// Forgets the entries up to a number, and deletes the files that hold no others. This is durable when it returns.
    /// A number above <see cref="Last"/> empties the log: a joiner's log begins where its donor's did.
    /// </summary>
    /// <param name="seq">The new <see cref="Base"/>. Nothing happens if it is not above the present one.</param>
    /// <param name="chain">The chain value at that number.</param>
    /// <exception cref="InvariantBrokenException">The entry of that number has another chain value.</exception>
    /// <exception cref="LogFailedException">A disk operation failed, now or before.</exception>
    public void TrimTo(SequenceNumber seq, Chain chain)
    {
        if (seq <= Base)
            return;
        Invariant.That(seq > Last || PointAt(seq).Chain == chain, "a log is trimmed at a chain value of its own");
        Append(LogFormat.FrameFlags.Trim, default, new ChainPoint(seq, chain), null, [], CommitHint);
        Flush();
        DeleteTrimmedSegments();
    }

    private void DeleteTrimmedSegments()
    {
        var deleted = 0;
        try
        {
            // The oldest first: a crash between two deletions leaves a log that begins later, never one with a gap.
            while (_segments.Count > 1 && (_segments[0].Count == 0 || _segments[0].LastSeq <= Base.Value))
            {
                var segment = _segments[0];
                _segments.RemoveAt(0);
                segment.Dispose();
                File.Delete(segment.Path);
                BytesOnDisk -= segment.Header.Capacity;
                deleted++;
            }

            if (deleted > 0 && IsDurable)
                DirectorySync.Flush(_options.Folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Failed("trimmed", exception);
        }

        if (deleted > 0)
            _logger.Trimmed(deleted, Base);
    }
}
