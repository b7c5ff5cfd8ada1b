namespace Dams.Ordering.Storage;

/// <summary>
/// What a member must know of its own executions when its process has died in one of them, and what it has promised never to execute. The owner's loop is the
/// only caller. What is noted survives the process; only <see cref="Doubt"/>, <see cref="Inherit"/> and <see cref="Renounce"/> are on disk when they return.
/// </summary>
public interface IExecutionMark
{
    /// <summary>The entry that is being executed: after a start the one that a former life died in. Zero if there is none.</summary>
    SequenceNumber Begun { get; }

    /// <summary>The highest number that any life has executed, as far as that is known.</summary>
    SequenceNumber Ended { get; }

    /// <summary>Whether <see cref="Ended"/> is all that may have been executed. False if the machine has lost power since, or that can't be told.</summary>
    bool IsComplete { get; }

    /// <summary>Up to here a former life may have executed entries, and replied, without leaving a trace.</summary>
    SequenceNumber Doubtful { get; }

    /// <summary>The last entry that a life died in and that was not executed since. Zero if there is none.</summary>
    SequenceNumber DiedIn { get; }

    /// <summary>How many lives died in it, one after the other.</summary>
    int Deaths { get; }

    /// <summary>Up to here others have executed: the number of the snapshot that a joiner was restored from.</summary>
    SequenceNumber Inherited { get; }

    /// <summary>What this incarnation has promised never to execute, and has not executed.</summary>
    IReadOnlyCollection<SequenceNumber> Renounced { get; }

    /// <summary>An entry is about to be executed.</summary>
    void Begin(SequenceNumber seq);

    /// <summary>It was executed.</summary>
    void End(SequenceNumber seq);

    /// <summary>So many lives have died in this entry. Nothing is being executed.</summary>
    void NoteDeaths(SequenceNumber seq, int deaths);

    /// <summary>Sets <see cref="Doubtful"/>, if that is higher, and is complete from then on.</summary>
    void Doubt(SequenceNumber seq);

    /// <summary>Sets <see cref="Inherited"/>.</summary>
    void Inherit(SequenceNumber seq);

    /// <summary>Adds to <see cref="Renounced"/>.</summary>
    void Renounce(SequenceNumber seq);
}
