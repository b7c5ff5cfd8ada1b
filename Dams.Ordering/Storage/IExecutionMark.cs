namespace Dams.Ordering.Storage;

/// <summary>
/// The notes of a member about its own executions, which it needs if its process dies in one of them. They also hold
/// the entries that it has promised never to execute. Only the owner's loop calls this. Notes survive the process. Only
/// <see cref="Doubt"/>, <see cref="Inherit"/> and <see cref="Renounce"/> are on disk when they return.
/// </summary>
public interface IExecutionMark
{
    /// <summary>
    /// The entry that is being executed. After a start it is the entry that an earlier boot died in. Zero if there is
    /// none.
    /// </summary>
    SequenceNumber Begun { get; }

    /// <summary>The highest number that any boot has executed, as far as that is known.</summary>
    SequenceNumber Ended { get; }

    /// <summary>
    /// Whether nothing above <see cref="Ended"/> can have been executed. False if the machine has lost power since, or
    /// if the system can't tell.
    /// </summary>
    bool IsComplete { get; }

    /// <summary>Up to this number an earlier boot may have executed entries, and replied, without leaving a trace.</summary>
    SequenceNumber Doubtful { get; }

    /// <summary>The last entry that a boot died in and that was not executed since. Zero if there is none.</summary>
    SequenceNumber DiedIn { get; }

    /// <summary>How many boots died in <see cref="DiedIn"/>, one after the other.</summary>
    int Deaths { get; }

    /// <summary>The number of the snapshot that a joiner was restored from. Others have executed the entries up to it.</summary>
    SequenceNumber Inherited { get; }

    /// <summary>The entries that this incarnation has promised never to execute, and has not executed.</summary>
    IReadOnlyCollection<SequenceNumber> Renounced { get; }

    /// <summary>Notes that an entry is about to be executed.</summary>
    void Begin(SequenceNumber seq);

    /// <summary>Notes that the entry was executed.</summary>
    void End(SequenceNumber seq);

    /// <summary>Notes how many boots have died in an entry. Nothing is being executed.</summary>
    void NoteDeaths(SequenceNumber seq, int deaths);

    /// <summary>
    /// Raises <see cref="Doubtful"/> to this number, if it is higher. <see cref="IsComplete"/> is true from then on.
    /// </summary>
    void Doubt(SequenceNumber seq);

    /// <summary>Sets <see cref="Inherited"/>.</summary>
    void Inherit(SequenceNumber seq);

    /// <summary>Adds to <see cref="Renounced"/>.</summary>
    void Renounce(SequenceNumber seq);
}
