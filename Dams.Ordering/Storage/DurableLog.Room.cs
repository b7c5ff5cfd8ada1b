namespace Dams.Ordering.Storage;

/// <content>A disk without room for the next segment. The log reports it while the current segment still has room.</content>
public sealed partial class DurableLog
{
    /// <summary>How many bytes can certainly be written while the next segment can't be made; null while it can be made.</summary>
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
