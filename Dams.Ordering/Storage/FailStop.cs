using Microsoft.Extensions.Logging;

namespace Dams.Ordering.Storage;

/// <summary>
/// Stops a log for good at its first failed disk operation. After that nobody knows which bytes are on the disk, so the
/// log accepts no more writes. It also stops a log that was closed. Owner's thread.
/// </summary>
internal sealed class FailStop(string folder, ILogger logger)
{
    private string? _reason;

    /// <summary>Whether the log accepts no more writes.</summary>
    public bool HasStopped => _reason is not null;

    /// <summary>Whether an exception is a failed disk operation.</summary>
    public static bool IsOfDisk(Exception exception) => exception is IOException or UnauthorizedAccessException;

    /// <summary>Stops the log because of a failed disk operation, and logs that.</summary>
    /// <param name="what">The operation that failed, as a participle: "written".</param>
    /// <param name="exception">The failure.</param>
    /// <returns>The exception to throw.</returns>
    public LogFailedException Because(string what, Exception exception)
    {
        _reason ??= $"it could not be {what} ({exception.Message})";
        logger.Failed(folder, what, exception.Message);
        return new LogFailedException(
            $"The log in {folder} could not be {what}: {exception.Message} "
            + "It accepts no more writes; restart the process when the disk works again.",
            exception);
    }

    /// <summary>Stops the log because it was closed.</summary>
    public void Close() => _reason ??= "it was closed";

    /// <summary>Refuses an operation of a log that has stopped.</summary>
    /// <exception cref="LogFailedException">The log has stopped.</exception>
    public void ThrowIfStopped()
    {
        if (_reason is not null)
            throw new LogFailedException($"The log in {folder} accepts no more writes: {_reason}.", null);
    }
}
