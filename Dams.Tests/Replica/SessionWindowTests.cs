using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Ordering;
using Dams.Replica.Core;
using Dams.Replica.State.Snapshots;
using Dams.Tests.Engines.Differential;
using Dams.Tests.Engines.Model;

namespace Dams.Tests.Replica;

/// <summary>A replica reports how far back in time it remembers the requests of clients, by the times of the entries.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SessionWindowTests
{
    private const ulong Boot = 9;
    private static readonly Command s_write = RandomSequence.OfSeed(1).First(command => command.IsWrite);

    private SequenceNumber _last;
    private Chain _chain;
    private long _time = 1_700_000_000_000;

    [Test]
    public void A_table_with_room_reaches_back_to_the_beginning()
    {
        var core = CoreOf(rowsMax: 3);
        Assert.That(core.SessionWindow, Is.Null);
        Write(core, 1, seconds: 10);
        Write(core, 2, seconds: 10);
        Assert.That(core.SessionWindow, Is.Null);
        Write(core, 3, seconds: 10);
        Assert.That(core.SessionWindow, Is.EqualTo(TimeSpan.FromSeconds(20)));
    }

    [Test]
    public void The_window_reaches_from_the_oldest_kept_request_to_the_last_entry_of_any_kind()
    {
        var core = CoreOf(rowsMax: 3);
        for (ulong id = 1; id <= 5; id++)
            Write(core, id, seconds: 10);
        Assert.That(core.SessionWindow, Is.EqualTo(TimeSpan.FromSeconds(20)));
        Deliver(core, new RequestKey(1, Boot, 1), seconds: 7);
        Assert.That(
            (core.SessionWindow, core.Sessions.ClientRows), Is.EqualTo((TimeSpan.FromSeconds(27), 3)),
            "a request with a front-end-made id takes no client's row");
        Write(core, 5, seconds: 3);
        Assert.That(core.SessionWindow, Is.EqualTo(TimeSpan.FromSeconds(30)), "a repeat takes no row either");
        Write(core, 6, seconds: 10);
        Assert.That(core.SessionWindow, Is.EqualTo(TimeSpan.FromSeconds(30)), "requests 4, 5 and 6");
    }

    [Test]
    public void The_window_of_a_large_table_is_at_most_a_thousandth_too_short()
    {
        const int rowsMax = 4_000;
        var core = CoreOf(rowsMax);
        for (ulong id = 1; id <= rowsMax; id++)
            Write(core, id, seconds: 1);
        for (ulong id = rowsMax + 1; id <= rowsMax + 50; id++)
        {
            Write(core, id, seconds: 1);
            Assert.That(core.SessionWindow!.Value.TotalSeconds, Is.InRange(rowsMax - 1 - rowsMax / 1_000, rowsMax - 1));
        }
    }

    [Test]
    public void After_a_start_from_a_snapshot_the_window_is_unknown_until_its_requests_are_forgotten()
    {
        var before = CoreOf(rowsMax: 3);
        for (ulong id = 1; id <= 4; id++)
            Write(before, id, seconds: 10);
        var core = CoreOf(rowsMax: 3);
        Assert.That(core.Restore(Travel(before)), Is.Null);
        foreach (var (id, seconds) in new[] { (5UL, (int?)null), (6UL, null), (7UL, 20) })
        {
            Write(core, id, seconds: 10);
            Assert.That(core.SessionWindow?.TotalSeconds, Is.EqualTo(seconds), $"after request {id}");
        }
    }

    private static ReplicaCore CoreOf(int rowsMax) =>
        new(new ReferenceModel(), new ReplicaCoreOptions { ClientSessionsMax = rowsMax }, new Replies());

    private static SnapshotContent Travel(ReplicaCore core)
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        while (!core.StepSnapshot(core.KeepSnapshot(), int.MaxValue, bytes))
        {
        }

        using var stream = new MemoryStream(bytes.WrittenSpan.ToArray());
        Assert.That(SnapshotReader.Read(stream, new SnapshotExpectation { ClientSessionsMax = 3 }, out var content), Is.Null);
        return content!;
    }

    private void Write(ReplicaCore core, ulong clientId, int seconds) => Deliver(core, new RequestKey(0, 7, clientId), seconds);

    private void Deliver(ReplicaCore core, RequestKey key, int seconds)
    {
        var payload = CommandCodec.Encode(s_write);
        var opcode = CommandCodec.OpcodeOf(s_write);
        _time += seconds * 1_000L;
        var entry = new Entry(_last.Next, Epoch.Of(1, 1), _time, EntryKind.Operation, _chain,
            new Request(key, 1, new BootId(Boot), 1, opcode, Request.DigestOf(opcode, payload), payload));
        (_last, _chain) = (entry.Seq, entry.Chain);
        core.OnDelivered(entry, default);
    }
}
