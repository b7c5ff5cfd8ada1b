using Dams.Ordering.Messages;

namespace Dams.Ordering.Protocol;

/// <summary>An installation under way: the chosen log's tail, and what has been fetched of it so far.</summary>
internal sealed class Installation(
    NodeId sequencer, NewView target, SequenceNumber floor, SequenceNumber last, Chain chain, int fetchEntriesMax)
{
    /// <summary>Entries that arrived before their predecessors, because the network reorders.</summary>
    public HoldBackBuffer Early { get; } = new(fetchEntriesMax);

    public NodeId Sequencer { get; } = sequencer;

    public NewView Target { get; } = target;

    /// <summary>The last executed number: the log is never cut below it.</summary>
    public SequenceNumber Floor { get; } = floor;

    /// <summary>Up to this number, the own log is believed to be a prefix of the chosen one.</summary>
    public SequenceNumber Base { get; private set; } = last;

    public Chain BaseChain { get; private set; } = chain;

    /// <summary>How far the base steps back when it does not fit. Doubles each time.</summary>
    public long StepBack { get; private set; } = 1;

    public List<Entry> Fetched { get; } = [];

    /// <summary>How often entries were asked for in vain.</summary>
    public int Tries { get; set; }

    public SequenceNumber Next => Base + (Fetched.Count + 1);

    public Chain LastChain => Fetched.Count > 0 ? Fetched[^1].Chain : BaseChain;

    /// <summary>The own log is a prefix of the chosen one up to this number.</summary>
    public void SetBase(SequenceNumber seq, Chain chain) => (Base, BaseChain) = (seq, chain);

    /// <summary>The own log is believed to be a prefix up to this lower number only. The fetch begins again there.</summary>
    public void LowerBase(SequenceNumber seq, Chain chain)
    {
        SetBase(seq, chain);
        StepBack *= 2;
        DropFetched();
    }

    /// <summary>The fetched entries are in the member's log now, which ends here.</summary>
    public void ContinueAfter(SequenceNumber last, Chain chain)
    {
        SetBase(last, chain);
        Fetched.Clear();
    }

    /// <summary>The fetched entries are of no use.</summary>
    public void DropFetched()
    {
        Fetched.Clear();
        Early.Clear();
    }
}
