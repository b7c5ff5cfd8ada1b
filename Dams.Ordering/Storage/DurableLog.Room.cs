namespace Dams.Ordering.Storage;

/// <content>A disk without room for the next segment: the log says so while there is still room in this one.</content>
public sealed partial class DurableLog
{
    /// <summary>What can be written for certain, in bytes, while the next segment can't be had; null while it can.</summary>
    public long? BytesLeft => _factory.IsShort ? Active.Header.Capacity - Active.End + _factory.SpareBytes : null;

    /// <inheritdoc/>
    public LogRoom LookForRoom()
    {
        if (_unusable is not null)
            return LogRoom.Enough;
        _factory.PrepareSpareInTime(Active);
        return BytesLeft is not { } left || left >= _options.EntriesReserveBytes ? LogRoom.Enough
            : left >= _options.RecordsReserveBytes ? LogRoom.RecordsOnly : LogRoom.None;
    }
}
