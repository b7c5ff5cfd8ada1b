using CsCheck;
using Dams.Ordering;
using Dams.Ordering.Transport;

namespace Dams.Tests.Ordering.Transport;

public sealed class SealingTests
{
    private const uint Cluster = 42;
    private static readonly NodeId From = NodeId.Sequencer(1);
    private static readonly NodeId To = NodeId.Replica(3);
    private static readonly BootId Boot = new(77);
    private static readonly Instant Now = new(TimeSpan.TicksPerDay, 0);
    private static readonly KeyRing Keys = KeyRing.Of(1, Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());

    [Test]
    public void A_sealed_datagram_opens_to_its_header_and_body()
    {
        using var sealer = Sealer();
        using var opener = new TestOpener();
        Gen.Select(Gen.Byte.Array[0, 1136], Gen.ULong).Sample((body, epoch) =>
        {
            var datagram = Seal(sealer, body, epoch: new Epoch(epoch));
            Assert.That(body.Length < 16 || datagram.AsSpan().IndexOf(body.AsSpan(0, 16)) < 0, "the body is not readable");
            Assert.That(opener.Open(datagram, out var header, out var opened), Is.EqualTo(DropReason.None));
            Assert.That(opened, Is.EqualTo(body));
            Assert.That(
                (header.Sender, header.Receiver, header.Boot, header.Epoch, header.Group),
                Is.EqualTo((From, To, Boot, new Epoch(epoch), GroupId.Replicas)));
        }, iter: 200, threads: 1);
    }

    [Test]
    public void The_header_survives_encoding_and_decoding()
    {
        var header = new DatagramHeader(
            TrafficClass.Protocol, 0x01020304, GroupId.Managers, 9, NodeId.FrontEnd(200), NodeId.Manager(4), 0,
            new BootId(5), 6, new Epoch(7), 8);
        var bytes = new byte[DatagramHeader.Overhead];
        header.Write(bytes);
        Assert.That(DatagramHeader.TryRead(bytes, out var read), Is.EqualTo(DropReason.None));
        Assert.That(read, Is.EqualTo(header));
        Assert.That(
            Convert.ToHexStringLower(bytes.AsSpan(0, DatagramHeader.Size)),
            Is.EqualTo("444d0101" + "04030201" + "02" + "09" + "01c8" + "0404" + "0000"
                + "0500000000000000" + "0600000000000000" + "0700000000000000" + "0800000000000000"));
    }

    [Test]
    public void A_datagram_with_any_bit_changed_or_any_byte_cut_is_refused()
    {
        using var sealer = Sealer();
        using var opener = new TestOpener();
        Assert.That(opener.Open(Seal(sealer, [1]), out _, out _), Is.EqualTo(DropReason.None), "a first datagram makes the boot known");
        var datagram = Seal(sealer, [1, 2, 3, 4, 5, 6, 7, 8]);
        for (var i = 0; i < datagram.Length; i++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var changed = (byte[])datagram.Clone();
                changed[i] ^= (byte)(1 << bit);
                Assert.That(opener.Open(changed, out _, out var body), Is.Not.EqualTo(DropReason.None), $"byte {i} bit {bit}");
                Assert.That(body, Is.Empty);
            }

            Assert.That(opener.Open(datagram[..i], out _, out _), Is.Not.EqualTo(DropReason.None), $"cut at {i}");
        }

        Assert.That(opener.Open([.. datagram, 0], out _, out _), Is.EqualTo(DropReason.Malformed));
        Assert.That(
            opener.Open(datagram, out _, out _),
            Is.EqualTo(DropReason.None),
            "the changed datagrams did not use up the counter of the right one");
    }

    [Test]
    public void A_replayed_datagram_is_dropped_and_a_late_one_within_the_window_is_not()
    {
        using var sealer = Sealer();
        using var opener = new TestOpener();
        var datagrams = Enumerable.Range(0, 3000).Select(i => Seal(sealer, [(byte)i])).ToArray();
        Assert.That(opener.Open(datagrams[0], out _, out _), Is.EqualTo(DropReason.None));
        Assert.That(opener.Open(datagrams[0], out _, out _), Is.EqualTo(DropReason.Replayed));
        Assert.That(opener.Open(datagrams[1100], out _, out _), Is.EqualTo(DropReason.None));
        Assert.That(opener.Open(datagrams[76], out _, out _), Is.EqualTo(DropReason.Replayed), "behind the window");
        Assert.That(opener.Open(datagrams[77], out _, out _), Is.EqualTo(DropReason.None), "just within it");
        Assert.That(opener.Open(datagrams[77], out _, out _), Is.EqualTo(DropReason.Replayed));
        Assert.That(opener.Counters[DropReason.Replayed], Is.EqualTo(3));
    }

    [Test]
    public void The_replay_window_agrees_with_a_set() =>
        Gen.Select(Gen.Long[-1100, 1100].Array[1, 300], Gen.Int[1, 5000]).Sample((steps, start) =>
        {
            var window = new ReplayWindow();
            var seen = new HashSet<long>();
            long highest = 0;
            long at = start;
            foreach (var step in steps)
            {
                at = Math.Max(1, highest + step);
                var isNew = at > highest || (highest - at < ReplayWindow.Size && !seen.Contains(at));
                Assert.That(window.IsNew((ulong)at), Is.EqualTo(isNew), $"{at}, when {highest} is the highest");
                if (!isNew)
                    continue;
                window.Mark((ulong)at);
                seen.Add(at);
                highest = Math.Max(highest, at);
            }

            Assert.That(window.IsNew(0), Is.False);
        }, iter: 500);

    [Test]
    public void Other_clusters_groups_receivers_keys_and_senders_are_refused()
    {
        using var opener = new TestOpener();
        using var ours = Sealer();
        using var cluster = new DatagramSealer(From, Boot, GroupId.Replicas, Cluster + 1, Keys);
        using var group = new DatagramSealer(From, Boot, GroupId.Managers, Cluster, Keys);
        var instance = Enumerable.Repeat((byte)1, 16).ToArray();
        using var otherInstance = new DatagramSealer(From, Boot, GroupId.Replicas, Cluster, Keys.For(instance));
        using var sameInstance = new DatagramSealer(From, Boot, GroupId.Replicas, Cluster, Keys.For(new byte[16]));
        using var otherKey = new DatagramSealer(From, Boot, GroupId.Replicas, Cluster, KeyRing.Generate(1));
        using var otherId = new DatagramSealer(From, Boot, GroupId.Replicas, Cluster, KeyRing.Generate(2));
        Assert.That(opener.Open(Seal(cluster, []), out _, out _), Is.EqualTo(DropReason.WrongCluster));
        Assert.That(opener.Open(Seal(group, []), out _, out _), Is.EqualTo(DropReason.WrongGroup));
        Assert.That(opener.Open(Seal(otherKey, []), out _, out _), Is.EqualTo(DropReason.Unauthenticated));
        Assert.That(opener.Open(Seal(otherId, []), out _, out _), Is.EqualTo(DropReason.UnknownKey));
        Assert.That(opener.Open(Seal(ours, [], to: NodeId.Replica(4)), out _, out _), Is.EqualTo(DropReason.Misaddressed));
        Assert.That(opener.Open(Seal(otherInstance, []), out _, out _), Is.EqualTo(DropReason.Unauthenticated),
            "a copy of the cluster has the same key file and another instance");
        Assert.That(opener.PeerCount, Is.Zero, "no sender was authenticated");
        Assert.That(opener.Open(Seal(sameInstance, []), out _, out _), Is.EqualTo(DropReason.None));

        // Each key belongs to a sender, boot and group. A datagram with another one of these in its header needs another key.
        foreach (var (at, value) in new (int, byte)[] { (11, 2), (10, (byte)NodeRole.Manager), (16, 78), (8, (byte)GroupId.Managers) })
        {
            var datagram = Seal(ours, [1, 2, 3]);
            datagram[at] = value;
            using var both = new TestOpener(GroupId.Replicas, GroupId.Managers);
            Assert.That(both.Open(datagram, out _, out _), Is.EqualTo(DropReason.Unauthenticated));
        }
    }

    // Bug: nonce reuse after restart.
    [Test]
    public void A_nonce_never_repeats_under_a_key()
    {
        var seen = new HashSet<(byte KeyId, ulong Boot, ulong Counter)>();
        var ring = Keys.With(2, new byte[32], current: false);
        using var sealer = Sealer();
        for (var i = 0; i < 3000; i++)
        {
            if (i % 500 == 499)
                sealer.UseKeys(ring.WithCurrent((byte)(1 + (i / 500 % 2))));
            DatagramHeader.TryRead(Seal(sealer, []), out var header);
            Assert.That(seen.Add((header.KeyId, header.Boot.Value, header.Counter)));
        }
    }

    [Test]
    public void Keys_are_changed_without_a_stop()
    {
        var before = Keys;
        var added = Keys.With(2, Enumerable.Repeat((byte)9, 32).ToArray(), current: false);
        var switched = added.WithCurrent(2);
        var after = switched.Without(1);
        using var sealer = Sealer();
        using var opener = new TestOpener();
        var early = Seal(sealer, [1]);
        Assert.That(opener.Open(early, out _, out _), Is.EqualTo(DropReason.None));
        opener.Opener.UseKeys(added);
        Assert.That(
            opener.Open(early, out _, out _),
            Is.EqualTo(DropReason.Replayed),
            "a new ring does not forget which datagrams were seen");
        sealer.UseKeys(added);
        Assert.That(opener.Open(Seal(sealer, [2]), out _, out _), Is.EqualTo(DropReason.None));
        sealer.UseKeys(switched);
        Assert.That(opener.Open(Seal(sealer, [3]), out var header, out _), Is.EqualTo(DropReason.None));
        Assert.That(header.KeyId, Is.EqualTo(2));
        opener.Opener.UseKeys(after);
        Assert.That(opener.Open(Seal(sealer, [4]), out _, out _), Is.EqualTo(DropReason.None));
        sealer.UseKeys(before);
        Assert.That(opener.Open(Seal(sealer, [5]), out _, out _), Is.EqualTo(DropReason.UnknownKey));
    }

    [Test]
    public void Unknown_boots_are_limited_and_known_ones_are_not()
    {
        using var opener = new TestOpener();
        using var known = Sealer();
        Assert.That(opener.Open(Seal(known, []), out _, out _), Is.EqualTo(DropReason.None));
        var drops = Flood(opener, From, 5_000);
        Assert.That(drops[DropReason.Unauthenticated], Is.InRange(1_000, 1_100), "the sender's tokens and the spare ones");
        Assert.That(drops[DropReason.RateLimited], Is.EqualTo(5_000 - drops[DropReason.Unauthenticated]));
        Assert.That(opener.Open(Seal(known, []), out _, out _), Is.EqualTo(DropReason.None));
        Assert.That(Flood(opener, From, 1, Now + TimeSpan.FromSeconds(1))[DropReason.Unauthenticated], Is.EqualTo(1), "new tokens");
    }

    [Test]
    public void Garbage_leaves_the_tokens_of_other_addresses_and_of_other_nodes_at_the_same_address()
    {
        using var opener = new TestOpener();
        Flood(opener, NodeId.Replica(1), 5_000);
        using var newcomer = new DatagramSealer(NodeId.Replica(1), new BootId(6), GroupId.Replicas, Cluster, Keys);
        Assert.That(opener.Open(Seal(newcomer, []), out _, out _), Is.EqualTo(DropReason.RateLimited), "the flood has taken its tokens");
        Assert.That(opener.Open(Seal(newcomer, []), out _, out _, source: 1), Is.EqualTo(DropReason.None), "from another address");
        foreach (var other in new[] { NodeId.Replica(2), NodeId.Sequencer(1), NodeId.FrontEnd(1), NodeId.Manager(1) })
        {
            using var sealer = new DatagramSealer(other, new BootId(7), GroupId.Replicas, Cluster, Keys);
            Assert.That(opener.Open(Seal(sealer, []), out _, out _), Is.EqualTo(DropReason.None), $"{other} at the same address");
        }
    }

    // The attacker knows the node's address, and sends from there or claims to.
    [Test]
    public void Ten_thousand_datagrams_a_second_under_a_nodes_own_name_and_address_do_not_keep_its_next_boot_out()
    {
        using var opener = new TestOpener();
        using var newcomer = new DatagramSealer(From, new BootId(6), GroupId.Replicas, Cluster, Keys);
        for (var millisecond = 0; millisecond < 2_000; millisecond++)
            Flood(opener, From, 10, Now + TimeSpan.FromMilliseconds(millisecond));
        Assert.That(opener.Open(Seal(newcomer, []), out _, out _, now: Now + TimeSpan.FromSeconds(2)), Is.EqualTo(DropReason.None));
    }

    /// <summary>Datagrams that name a sender, each another boot of it, and are not sealed with a key of the cluster.</summary>
    private static Dictionary<DropReason, int> Flood(TestOpener opener, NodeId claimed, int datagrams, Instant? now = null)
    {
        var drops = new Dictionary<DropReason, int>();
        var strange = KeyRing.Generate(1);
        for (var i = 0; i < datagrams; i++)
        {
            using var stranger = new DatagramSealer(claimed, new BootId(1_000 + (ulong)i), GroupId.Replicas, Cluster, strange);
            var reason = opener.Open(Seal(stranger, []), out _, out _, now: now);
            drops[reason] = drops.GetValueOrDefault(reason) + 1;
        }

        return drops;
    }

    [Test]
    public void Endless_restarts_neither_grow_the_table_nor_push_out_other_senders()
    {
        using var opener = new TestOpener();
        using var other = new DatagramSealer(NodeId.Replica(1), Boot, GroupId.Replicas, Cluster, Keys);
        var first = Seal(other, []);
        Assert.That(opener.Open(first, out _, out _), Is.EqualTo(DropReason.None));
        for (var i = 1; i <= 500; i++)
        {
            using var sealer = new DatagramSealer(From, new BootId((ulong)i), GroupId.Replicas, Cluster, Keys);
            Assert.That(opener.Open(Seal(sealer, []), out _, out _, source: i), Is.EqualTo(DropReason.None));
            Assert.That(opener.PeerCount, Is.LessThanOrEqualTo(5));
        }

        Assert.That(opener.Open(first, out _, out _), Is.EqualTo(DropReason.Replayed));
    }

    [Test]
    public void A_key_file_is_read_back_and_errors_name_every_wrong_line_but_no_key()
    {
        var ring = Keys.With(7, new byte[32], current: true);
        using var text = new StringWriter();
        ring.Write(text);
        var read = KeyRing.Parse(text.ToString(), "k");
        Assert.That(read.Ids, Is.EqualTo(new byte[] { 1, 7 }));
        Assert.That(read.CurrentId, Is.EqualTo(7));
        Assert.That(read.HasSameKeysAs(ring));
        Assert.That(read.HasSameKeysAs(ring.WithCurrent(1)), Is.False);
        Assert.That(read.HasSameKeysAs(ring.Without(1)), Is.False);
        Assert.That(read.HasSameKeysAs(ring.With(1, new byte[32], current: false)), Is.False);

        var secret = new string('a', 64);
        var wrong = $"1 {secret} current\n1 {secret}\n2 {secret}b\n300 {secret}\n3 {secret} currant # x\n4 {secret} current";
        var exception = Assert.Throws<KeyRingException>(() => KeyRing.Parse(wrong, "k"));
        Assert.That(
            exception!.Message,
            Does.Contain("line 2").And.Contain("line 3").And.Contain("line 4").And.Contain("line 5").And.Contain("line 6"));
        Assert.That(exception.Message, Does.Not.Contain(secret));
        Assert.Throws<KeyRingException>(() => KeyRing.Parse($"1 {secret}", "k"));
        Assert.Throws<KeyRingException>(() => KeyRing.Parse("", "k"));
    }

    private static DatagramSealer Sealer() => new(From, Boot, GroupId.Replicas, Cluster, Keys);

    private static byte[] Seal(DatagramSealer sealer, byte[] body, NodeId? to = null, Epoch epoch = default)
    {
        var datagram = new byte[DatagramHeader.Overhead + body.Length];
        body.CopyTo(datagram, DatagramHeader.Size);
        sealer.Seal(datagram, to ?? To, epoch);
        return datagram;
    }

    private sealed class TestOpener : IDisposable
    {
        public TestOpener(params GroupId[] groups) =>
            Opener = new DatagramOpener(
                new DatagramOpenerOptions
                {
                    Self = To,
                    ClusterId = Cluster,
                    Groups = groups.Length == 0 ? [GroupId.Replicas] : groups,
                },
                Keys,
                Counters);

        public TransportCounters Counters { get; } = new();

        public DatagramOpener Opener { get; }

        public int PeerCount => Opener.PeerCount;

        public DropReason Open(byte[] datagram, out DatagramHeader header, out byte[] body, int source = 0, Instant? now = null)
        {
            var before = Counters.Dropped;
            var copy = (byte[])datagram.Clone();
            var reason = Opener.TryOpen(copy, source, now ?? Now, out header, out var opened);
            body = opened.ToArray();
            Assert.That(Counters.Dropped - before, Is.EqualTo(reason == DropReason.None ? 0 : 1), "each drop is counted");
            return reason;
        }

        public void Dispose() => Opener.Dispose();
    }
}
