namespace Dams.Ordering.Storage;

/// <summary>Something whose writes the shell makes durable between the batches of a core.</summary>
public interface IFlushable
{
    /// <summary>Makes everything that was written durable. Called by the loop that writes.</summary>
    /// <exception cref="LogFailedException">The flush failed. Nothing that depends on it may be sent.</exception>
    void Flush();

    /// <summary>
    /// How much it can certainly take. Called by the loop that writes, in each of its turns. The call also repeats
    /// a failed attempt to get more room.
    /// </summary>
    LogRoom LookForRoom() => LogRoom.Enough;
}
