using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Tests.Simulated;

namespace Dams.Tests.Ordering.Protocol;

/// <summary>The options, the log on a simulated disk and the outbox that the parts of member 1 share. Also makes entries.</summary>
internal sealed class MemberParts
{
    public static readonly Instant Start = new(1_000_000, 0);
    public static readonly Epoch First = Epoch.Of(1, 1);
    public static readonly Epoch Second = Epoch.Of(2, 2);

    public MemberParts(GroupOptions? options = null)
    {
        Options = options ?? Defaults;
        Log = new BatchedLog(Disk, new FolderStamps(Options, 1, Disk, Outbox, seed: 1), Outbox, restored: null);
        Peers = new PeerRotation(Options, 1);
    }

    /// <summary>Options of four members, whose folders need no confirmation.</summary>
    public static GroupOptions Defaults { get; } = new()
    {
        Group = GroupId.Replicas,
        Members = [1, 2, 3, 4],
        Sequencers = [1, 2],
        FrontEnds = [],
        IsDurable = false,
    };

    public GroupOptions Options { get; }

    public SimulatedLog Disk { get; } = new(new Incarnation(0xA1));

    public Outbox Outbox { get; } = new();

    public BatchedLog Log { get; }

    public PeerRotation Peers { get; }

    /// <summary>Makes entries of one epoch that follow an entry, or begin the order.</summary>
    public static List<Entry> Entries(int count, Epoch epoch, Entry? after = null)
    {
        var entries = new List<Entry>();
        for (var i = 0; i < count; i++)
        {
            after = new Entry(
                (after?.Seq ?? SequenceNumber.Zero).Next, epoch, 0, EntryKind.Operation, after?.Chain ?? Chain.Genesis,
                new Request(new RequestKey(1, 1, (ulong)i), 1, new BootId(1), 1, 1, default, ReadOnlyMemory<byte>.Empty));
            entries.Add(after);
        }

        return entries;
    }

    /// <summary>Appends entries, and writes them.</summary>
    public void Write(IEnumerable<Entry> entries)
    {
        foreach (var entry in entries)
            Log.Append(entry);
        Log.Write();
    }

    /// <summary>Takes what was sent: the receivers, and what a FETCH asks for.</summary>
    public string[] TakeSent()
    {
        var sent = Outbox.Messages
            .Select(outgoing => outgoing.Message is Fetch fetch
                ? $"{outgoing.To} {fetch.From}-{fetch.To}"
                : $"{outgoing.To} {outgoing.Message}")
            .ToArray();
        Outbox.ClearMessages();
        return sent;
    }
}
