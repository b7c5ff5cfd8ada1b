namespace Dams.Ordering.Storage;

/// <summary>How much a log can certainly take.</summary>
public enum LogRoom
{
    /// <summary>Everything fits.</summary>
    Enough = 0,

    /// <summary>The next segment can't be made. The rest of this one is reserved for promises, views and membership.</summary>
    RecordsOnly,

    /// <summary>The next segment can't be made, and this one is full.</summary>
    None,
}
