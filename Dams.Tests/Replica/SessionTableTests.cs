using Dams.Ordering;
using Dams.Replica.State.Sessions;
using NUnit.Framework;

namespace Dams.Tests.Replica;

/// <summary>Which requests are remembered, and which have no effect any more.</summary>
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
        Assert.That(Enumerable.Range(0, 8).Select(seq => table.Find(new SequenceNumber(seq))?.Seq.Value), Is.EqualTo(new long?[] { null, null, null, 3, 4, 5, null, null }));
    }

    [Test]
    public void A_number_that_was_given_up_has_no_effect()
    {
        var table = new SessionTable(3);
        table.Admit(Made(1, 10, 7, lowest: 7));
        Assert.That(table.Admit(Made(1, 10, 6)), Is.False);
    }

    [Test]
    public void A_late_message_of_a_former_life_has_no_effect()
    {
        var table = new SessionTable(3);
        Add(table, Made(1, boot: 10, number: 1));
        Assert.That(table.Admit(Made(1, boot: 11, number: 1)), Is.True);
        Assert.That(table.Find(Made(1, 10, 1).Key), Is.Null, "the new life's number 1 is another request");
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
        Assert.That(table.Admit(Client(6, boot: 10)), Is.True, "even through a message of a former life: the key alone decides");
    }

    [Test]
    public void The_newest_ids_of_clients_are_kept()
    {
        for (ulong id = 1; id <= 5; id++)
            Add(_table, Client(id, boot: 10));
        Assert.That(_table.ClientRows, Is.EqualTo(3));
        Assert.That(Enumerable.Range(1, 5).Select(id => _table.Find(Client((ulong)id, 10).Key) is not null), Is.EqualTo(new[] { false, false, true, true, true }));
        Assert.That(_table.OldestClientSeq.Value, Is.EqualTo(3));
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
