namespace Dams.Ordering.Storage;

/// <summary>
/// A mark in memory. It is for groups whose entries can't kill the process, such as one whose consumer runs no version.
/// </summary>
public sealed class VolatileExecutionMark : IExecutionMark
{
    private readonly List<SequenceNumber> _renounced = [];

    /// <inheritdoc/>
    public SequenceNumber Begun { get; private set; }

    /// <inheritdoc/>
    public SequenceNumber Ended { get; private set; }

    /// <inheritdoc/>
    public bool IsComplete { get; private set; }

    /// <inheritdoc/>
    public SequenceNumber Doubtful { get; private set; }

    /// <inheritdoc/>
    public SequenceNumber DiedIn { get; private set; }

    /// <inheritdoc/>
    public int Deaths { get; private set; }

    /// <inheritdoc/>
    public SequenceNumber Inherited { get; private set; }

    /// <inheritdoc/>
    public IReadOnlyCollection<SequenceNumber> Renounced => _renounced;

    /// <inheritdoc/>
    public void Begin(SequenceNumber seq) => Begun = seq;

    /// <inheritdoc/>
    public void End(SequenceNumber seq)
    {
        Ended = SequenceNumber.Max(Ended, seq);
        Begun = SequenceNumber.Zero;
    }

    /// <inheritdoc/>
    public void NoteDeaths(SequenceNumber seq, int deaths) => (DiedIn, Deaths, Begun) = (seq, deaths, SequenceNumber.Zero);

    /// <inheritdoc/>
    public void Doubt(SequenceNumber seq) => (Doubtful, IsComplete) = (SequenceNumber.Max(Doubtful, seq), true);

    /// <inheritdoc/>
    public void Inherit(SequenceNumber seq) => Inherited = seq;

    /// <inheritdoc/>
    public void Renounce(SequenceNumber seq) => _renounced.Add(seq);
}
