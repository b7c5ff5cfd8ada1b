using System.Diagnostics;
using Dams.Ordering;
using Dams.Replica.State.Sessions;

namespace Dams.Tests.Replica;

/// <summary>The session table: the requests that it remembers, and those that have no effect any more.</summary>
internal sealed class SessionTableTests
{
    private readonly SessionTable _table = new(clientRowsMax: 3);
    private long _seq;

    [SetUp]
    public void Begin() => _seq = 0;

    [Test]
    public void A_front_ends_row_is_kept_until_the_front_end_gives_it_up()
    {
        var table = new SessionTable(3);
        Add(table, Made(1, boot: 10, number: 1));
        Add(table, Made(1, boot: 10, number: 2));
        Assert.That(table.Find(Made(1, 10, 1).Key), Is.Not.Null);
        Assert.That(table.Admit(Made(1, 10, 3, lowest: 2)), Is.True);
        Assert.That((table.Find(Made(1, 10, 1).Key), table.Rows), Is.EqualTo(((SessionRow?)null, 1)));
        Assert.That(table.Find(Made(1, 10, 2).Key), Is.Not.Null);
    }

    [Test]
    public void A_row_is_found_by_its_number_for_as_long_as_it_is_kept()
    {
        var table = new SessionTable(3);
        for (ulong id = 1; id <= 5; id++)
            Add(table, Client(id, boot: 10));
        Assert.That(
            Enumerable.Range(0, 8).Select(seq => table.Find(new SequenceNumber(seq))?.Seq.Value),
            Is.EqualTo(new long?[] { null, null, null, 3, 4, 5, null, null }));
    }

    [Test]
    public void A_number_that_was_given_up_has_no_effect()
    {
        var table = new SessionTable(3);
        table.Admit(Made(1, 10, 7, lowest: 7));
        Assert.That(table.Admit(Made(1, 10, 6)), Is.False);
    }

    // Bug: id reuse by a late message of a predecessor.
    [Test]
    public void A_late_message_of_an_earlier_boot_has_no_effect()
    {
        var table = new SessionTable(3);
        Add(table, Made(1, boot: 10, number: 1));
        Assert.That(table.Admit(Made(1, boot: 11, number: 1)), Is.True);
        Assert.That(table.Find(Made(1, 10, 1).Key), Is.Null, "number 1 of the new boot is another request");
        Assert.That(table.Admit(Made(1, boot: 10, number: 2)), Is.False);
        Assert.That(table.Admit(Made(1, boot: 11, number: 2)), Is.True);
    }

    [Test]
    public void A_clients_own_id_outlives_its_front_end()
    {
        var table = new SessionTable(3);
        Add(table, Client(5, boot: 10));
        table.Admit(Made(1, boot: 11, number: 1));
        Assert.That(table.Find(Client(5, 10).Key), Is.Not.Null);
        Assert.That(table.Admit(Client(6, boot: 10)), Is.True, "even through a message of an earlier boot, because the key alone decides");
    }

    [Test]
    public void The_newest_ids_of_clients_are_kept()
    {
        for (ulong id = 1; id <= 5; id++)
            Add(_table, Client(id, boot: 10));
        Assert.That(_table.ClientRows, Is.EqualTo(3));
        Assert.That(
            Enumerable.Range(1, 5).Select(id => _table.Find(Client((ulong)id, 10).Key) is not null),
            Is.EqualTo(new[] { false, false, true, true, true }));
        Assert.That(_table.OldestClientSeq.Value, Is.EqualTo(3));
    }

    // Bug: everyone stands still while rows are forgotten.
    [Test]
    public void Giving_up_a_row_costs_about_the_same_however_many_are_given_up()
    {
        var few = Enumerable.Range(0, 3).Min(_ => TimeToDrop(25_000));
        var many = Enumerable.Range(0, 3).Min(_ => TimeToDrop(200_000));
        Assert.That(many / few, Is.LessThan(30), $"{few} for 25,000 and {many} for 200,000");
    }

    /// <summary>
    /// Measures how long it takes to drop rows. The front end has sent its numbers out of order and keeps the last hundred.
    /// </summary>
    private static TimeSpan TimeToDrop(ulong rows)
    {
        var table = new SessionTable(3);
        var kept = new List<long>();
        for (var seq = 1L; seq <= (long)rows + 100; seq++)
        {
            var request = Made(1, 10, (ulong)(seq ^ 1));
            table.Admit(request);
            table.Add(new SessionRow(request.Key, request.Digest, new SequenceNumber(seq), []));
            if (request.Key.Low > rows)
                kept.Add(seq);
        }

        var start = Stopwatch.GetTimestamp();
        table.Admit(Made(1, 10, rows + 200, lowest: rows + 1));
        var took = Stopwatch.GetElapsedTime(start);
        Assert.That(table.Sections.SelectMany(table.ReadSection).Select(row => row.Seq.Value), Is.EqualTo(kept));
        Assert.That(
            (table.Rows, kept.All(seq => table.Find(Made(1, 10, (ulong)(seq ^ 1)).Key)?.Seq.Value == seq)),
            Is.EqualTo((kept.Count, true)));
        return took;
    }

    private void Add(SessionTable table, Request request)
    {
        Assert.That(table.Admit(request), Is.True);
        table.Add(new SessionRow(request.Key, request.Digest, new SequenceNumber(++_seq), []));
    }

    private static Request Made(byte frontEnd, ulong boot, ulong number, ulong lowest = 1) =>
        new(new RequestKey(frontEnd, boot, number), frontEnd, new BootId(boot), lowest, 1, default, default);

    private static Request Client(ulong id, ulong boot) => new(new RequestKey(0, 7, id), 1, new BootId(boot), 1, 1, default, default);
}
