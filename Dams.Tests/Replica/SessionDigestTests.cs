using System.Buffers;
using Dams.Ordering;
using Dams.Replica.State.Sessions;
using Dams.Tests.Engines.Differential;

namespace Dams.Tests.Replica;

/// <summary>The session table is part of the state. Its digest depends on its content, not on how the content came about.</summary>
public sealed class SessionDigestTests
{
    private const int Runs = 150;
    private const int ClientRowsMax = 40;

    // With dense numbers all rows of a run would lie in one section, because a section spans 1,000 numbers.
    private const long SeqStride = 137;

    [Test]
    public void Equal_requests_give_equal_digests_however_often_digests_are_taken()
    {
        for (ulong seed = 1; seed <= Runs; seed++)
        {
            var (often, seldom) = (new Subject(), new Subject());
            foreach (var entry in EntriesOf(seed))
            {
                often.Execute(entry);
                seldom.Execute(entry);
                often.Digest();
            }

            Assert.That(often.Digest(), Is.EqualTo(seldom.Digest()), $"seed {seed}");
        }
    }

    [Test]
    public void The_digest_depends_on_the_content_and_not_on_the_history()
    {
        for (ulong seed = 1; seed <= Runs; seed++)
        {
            var subject = new Subject();
            foreach (var entry in EntriesOf(seed))
                subject.Execute(entry);
            var restored = subject.Travel();
            Assert.That(restored.Digest(), Is.EqualTo(subject.Digest()), $"seed {seed}");
            Assert.That(restored.Table.Rows, Is.EqualTo(subject.Table.Rows));
            Assert.That(subject.Table.ClientRows, Is.LessThanOrEqualTo(ClientRowsMax));
        }
    }

    [Test]
    public void A_restored_table_behaves_like_the_original()
    {
        for (ulong seed = 1; seed <= Runs; seed++)
        {
            var subject = new Subject();
            Subject? restored = null;
            var half = 100;
            foreach (var entry in EntriesOf(seed))
            {
                if (half-- == 0)
                    restored = subject.Travel();
                var admitted = subject.Execute(entry);
                if (restored is null)
                    continue;
                Assert.That(restored.Execute(entry), Is.EqualTo(admitted), $"seed {seed}");
                Assert.That(restored.Digest(), Is.EqualTo(subject.Digest()), $"seed {seed}");
                Assert.That(restored.Table.OldestClientSeq, Is.EqualTo(subject.Table.OldestClientSeq));
            }
        }
    }

    [Test]
    public void Only_sections_that_were_touched_are_read_again()
    {
        var subject = new Subject();
        for (var seq = 1; seq <= 5_000; seq += 500)
            subject.Add(seq, clientId: (ulong)seq);
        subject.Digest();
        subject.Touched.Clear();
        subject.Add(5_001, clientId: 5_001);
        Assert.That(subject.Touched, Is.EqualTo(new[] { 5L }));
    }

    [Test]
    public void The_row_that_exceeds_the_bound_drops_the_oldest_and_touches_its_section()
    {
        var subject = new Subject();
        for (var seq = 1; seq <= ClientRowsMax; seq++)
            subject.Add(seq, clientId: (ulong)seq);
        subject.Touched.Clear();
        subject.Add(9_000, clientId: 9_000);
        Assert.That(subject.Touched, Is.EquivalentTo(new[] { 0L, 9L }));
        Assert.That(subject.Table.OldestClientSeq, Is.EqualTo(new SequenceNumber(2)));
        Assert.That(subject.Table.Find(new RequestKey(0, 0, 1)), Is.Null);
    }

    [Test]
    public void The_digest_covers_retired_boots_their_order_and_given_up_numbers()
    {
        byte[][] digests =
        [
            After([1]), After([1, 2]), After([2]), After([2, 1]), After([1, 2, 3]), After([2, 1, 3]), After([1], lowest: 5),
        ];
        Assert.That(digests.Select(Convert.ToHexString), Is.Unique);

        static byte[] After(ulong[] boots, ulong lowest = 0)
        {
            var subject = new Subject();
            foreach (var boot in boots)
                subject.Table.Admit(RequestOf(new RequestKey(1, boot, 9), boot, lowest));
            return subject.Digest();
        }
    }

    [Test]
    public void A_number_of_another_boot_or_another_front_end_has_no_effect()
    {
        var table = new Subject().Table;
        Assert.That(table.Admit(RequestOf(new RequestKey(1, 7, 1), boot: 7, lowest: 0)), Is.True);
        Assert.That(table.Admit(RequestOf(new RequestKey(1, 8, 2), boot: 7, lowest: 0)), Is.False);
        Assert.That(table.Admit(RequestOf(new RequestKey(2, 7, 3), boot: 7, lowest: 0)), Is.False);
    }

    [Test]
    public void Content_that_no_table_can_hold_is_not_restored()
    {
        var boots = Enumerable.Range(1, 9).Select(boot => new BootId((ulong)boot)).ToArray();
        Assert.That(new SessionTable(1).TryRestore(new FrontEndState(1, new BootId(10), 0, boots)), Is.False, "too many boots");
        Assert.That(new SessionTable(1).TryRestore(new FrontEndState(1, boots[0], 0, [boots[0]])), Is.False, "both retired and current");
        Assert.That(
            new SessionTable(1).TryRestore(new FrontEndState(1, boots[0], 0, [boots[1], boots[1]])), Is.False, "retired twice");
        var table = new SessionTable(1);
        Assert.That(table.TryRestore(new FrontEndState(2, boots[0], 5, [])), Is.True);
        Assert.That(table.TryRestore(new FrontEndState(2, boots[0], 5, [])), Is.False, "the same front end");
        Assert.That(table.TryRestore(RowOf(1, new RequestKey(2, 1, 4))), Is.False, "a number that was given up");
        Assert.That(table.TryRestore(RowOf(1, new RequestKey(2, 2, 5))), Is.False, "another boot");
        Assert.That(table.TryRestore(RowOf(1, new RequestKey(3, 1, 5))), Is.False, "an unknown front end");
        Assert.That(table.TryRestore(RowOf(1, new RequestKey(2, 1, 5))), Is.True);
        Assert.That(table.TryRestore(RowOf(2, new RequestKey(2, 1, 5))), Is.False, "the same key");
        Assert.That(table.TryRestore(RowOf(3, new RequestKey(0, 1, 5))), Is.True);
        Assert.That(table.TryRestore(RowOf(4, new RequestKey(0, 1, 6))), Is.False, "more ids than are kept");
    }

    [Test]
    public void A_truncated_row_or_front_end_reads_as_null()
    {
        var buffer = new ArrayBufferWriter<byte>();
        SessionCodec.Write(RowOf(77, new RequestKey(1, 2, 3)), buffer);
        var row = buffer.WrittenSpan.ToArray();
        Assert.That(SessionCodec.ReadRow(row)!.Seq, Is.EqualTo(new SequenceNumber(77)));
        for (var length = 0; length < row.Length; length++)
            Assert.That(SessionCodec.ReadRow(row.AsSpan(0, length)), Is.Null);
        buffer.Clear();
        SessionCodec.Write(new FrontEndState(1, new BootId(2), 3, [new BootId(4), new BootId(5)]), buffer);
        for (var length = 0; length < buffer.WrittenCount; length++)
        {
            var part = buffer.WrittenSpan[..length];
            Assert.That(SessionCodec.ReadFrontEnd(ref part), Is.Null);
        }
    }

    private static IEnumerable<Entry> EntriesOf(ulong seed)
    {
        var source = new EntrySource(seed);
        return RandomSequence.OfSeed((int)seed).Select(source.Next);
    }

    private static Request RequestOf(RequestKey key, ulong boot, ulong lowest) =>
        new(key, 1, new BootId(boot), lowest, 0, default, ReadOnlyMemory<byte>.Empty);

    private static SessionRow RowOf(long seq, RequestKey key) => new(key, Digest.Of([1]), new SequenceNumber(seq), [1, 0]);

    private sealed class Subject : ISessionObserver
    {
        private readonly SessionDigester _digester = new();

        public Subject() => Table = new SessionTable(ClientRowsMax, this);

        public SessionTable Table { get; }

        public SortedSet<long> Touched { get; } = [];

        public void BeforeChange(long section)
        {
            Touched.Add(section);
            _digester.BeforeChange(section);
        }

        public byte[] Digest() => [.. _digester.Digest(Table).SelectMany(section => section.Digest.ToArray())];

        public void Add(long seq, ulong clientId) => Table.Add(RowOf(seq, new RequestKey(0, 0, clientId)));

        public (bool, long?) Execute(Entry entry)
        {
            var request = entry.Request;
            if (!Table.Admit(request))
                return (false, null);
            if (Table.Find(request.Key) is { } row)
                return (true, row.Seq.Value);
            var seq = new SequenceNumber(entry.Seq.Value * SeqStride);
            Table.Add(new SessionRow(request.Key, request.Digest, seq, [4, (byte)(entry.Seq.Value % 7)]));
            return (true, null);
        }

        /// <summary>Restores another table from this table's bytes.</summary>
        public Subject Travel()
        {
            var other = new Subject();
            var bytes = new ArrayBufferWriter<byte>();
            foreach (var state in Table.FrontEnds)
                SessionCodec.Write(state, bytes);
            var rest = bytes.WrittenSpan;
            while (!rest.IsEmpty)
                Assert.That(other.Table.TryRestore(SessionCodec.ReadFrontEnd(ref rest)!), Is.True);
            foreach (var row in Table.Sections.SelectMany(Table.ReadSection))
            {
                bytes.Clear();
                SessionCodec.Write(row, bytes);
                Assert.That(other.Table.TryRestore(SessionCodec.ReadRow(bytes.WrittenSpan)!), Is.True);
            }

            return other;
        }
    }
}
