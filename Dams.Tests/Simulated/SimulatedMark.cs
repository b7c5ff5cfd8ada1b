using Dams.Ordering;
using Dams.Ordering.Storage;

namespace Dams.Tests.Simulated;

/// <summary>A mark that outlives its process. A power cut takes what was not written to disk.</summary>
internal sealed class SimulatedMark : IExecutionMark
{
    private Content _seen = new();
    private Content _durable = new();

    public SequenceNumber Begun => _seen.Begun;

    public SequenceNumber Ended => _seen.Ended;

    public bool IsComplete { get; private set; }

    public SequenceNumber Doubtful => _seen.Doubtful;

    public SequenceNumber DiedIn => _seen.DiedIn;

    public int Deaths => _seen.Deaths;

    public SequenceNumber Inherited => _seen.Inherited;

    public IReadOnlyCollection<SequenceNumber> Renounced => _seen.Renounced;

    public void Begin(SequenceNumber seq) => _seen = _seen with { Begun = seq };

    public void End(SequenceNumber seq) => _seen = _seen with { Ended = SequenceNumber.Max(_seen.Ended, seq), Begun = SequenceNumber.Zero };

    public void NoteDeaths(SequenceNumber seq, int deaths) =>
        _seen = _seen with { DiedIn = seq, Deaths = deaths, Begun = SequenceNumber.Zero };

    public void Doubt(SequenceNumber seq)
    {
        Sync(_seen with { Doubtful = SequenceNumber.Max(_seen.Doubtful, seq) });
        IsComplete = true;
    }

    public void Inherit(SequenceNumber seq) => Sync(_seen with { Inherited = seq });

    public void Renounce(SequenceNumber seq) => Sync(_seen with { Renounced = [.. _seen.Renounced, seq] });

    public SimulatedMark ToCopy() => new() { _seen = _seen, _durable = _seen, IsComplete = IsComplete };

    public void LosePower()
    {
        _seen = _durable;
        IsComplete = false;
    }

    private void Sync(Content content) => _seen = _durable = content;

    private sealed record Content
    {
        public SequenceNumber Begun { get; init; }

        public SequenceNumber Ended { get; init; }

        public SequenceNumber Doubtful { get; init; }

        public SequenceNumber DiedIn { get; init; }

        public int Deaths { get; init; }

        public SequenceNumber Inherited { get; init; }

        public IReadOnlyList<SequenceNumber> Renounced { get; init; } = [];
    }
}
