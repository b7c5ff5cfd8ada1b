namespace Dams.Ordering.Storage;

/// <summary>Something whose writes the shell makes durable between the batches of a core.</summary>
public interface IFlushable
{
    /// <summary>Makes everything that was written durable. Called by the loop that writes.</summary>
    /// <exception cref="LogFailedException">It can't; nothing that depends on it may be sent.</exception>
    void Flush();

    /// <summary>
    /// How much it can take for certain. Called by the loop that writes, in each of its turns: what could not be had is tried again by
    /// this.
    /// </summary>
    LogRoom LookForRoom() => LogRoom.Enough;
}
