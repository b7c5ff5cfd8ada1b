using Dams.Ordering;
using Dams.Ordering.Storage;
using Dams.Tests.Hosting;

namespace Dams.Tests.Ordering.Storage;

/// <summary>The notes that a process makes of its executions are there at its next start.</summary>
internal sealed class ExecutionMarkFileTests
{
    private static readonly Incarnation Own = new(0xA1);
    private static readonly UInt128 Machine = 7;

    private TestFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void An_unfinished_execution_is_found_by_the_next_start_without_a_flush()
    {
        using (var mark = Open())
        {
            mark.Doubt(At(3));
            mark.Begin(At(4));
            mark.End(At(4));
            mark.Begin(At(5));
        }

        using var next = Open();
        Assert.That((next.Begun, next.Ended, next.IsComplete, next.Doubtful), Is.EqualTo((At(5), At(4), true, At(3))));
        next.NoteDeaths(At(5), 2);
        using var later = Open();
        Assert.That((later.Begun, later.DiedIn, later.Deaths), Is.EqualTo((SequenceNumber.Zero, At(5), 2)));
    }

    [Test]
    public void A_replay_does_not_lower_the_highest_executed_number()
    {
        using var mark = Open();
        mark.End(At(9));
        mark.End(At(2));
        Assert.That(mark.Ended, Is.EqualTo(At(9)));
        using var next = Open();
        Assert.That(next.Ended, Is.EqualTo(At(9)));
    }

    [Test]
    public void The_mark_is_incomplete_after_a_machine_restart_or_if_none_can_be_ruled_out()
    {
        using (var mark = Open())
        {
            Assert.That(mark.IsComplete, Is.False, "a new mark knows nothing of earlier executions");
            mark.Doubt(SequenceNumber.Zero);
            Assert.That(mark.IsComplete, Is.True);
        }

        using (var mark = Open(machine: 8))
        {
            Assert.That(mark.IsComplete, Is.False);
            mark.Doubt(At(40));
        }

        using (var mark = Open(machine: 8))
            Assert.That((mark.IsComplete, mark.Doubtful), Is.EqualTo((true, At(40))));
        // Without an id of the machine's start, every opening may follow a restart of the machine.
        using (var mark = Open(machine: UInt128.Zero))
            mark.Doubt(At(30));
        using var unknown = Open(machine: UInt128.Zero);
        Assert.That((unknown.IsComplete, unknown.Doubtful), Is.EqualTo((false, At(40))));
    }

    [Test]
    public void Renounced_entries_stay_renounced_and_the_lowest_make_room()
    {
        using (var mark = Open())
        {
            for (var seq = 1; seq <= 60; seq++)
                mark.Renounce(At(seq));
            mark.Renounce(At(60));
            mark.Inherit(At(12));
        }

        using var next = Open();
        Assert.That(next.Renounced, Is.EquivalentTo(Enumerable.Range(8, 53).Select(seq => At(seq))));
        Assert.That(next.Inherited, Is.EqualTo(At(12)));
    }

    [Test]
    public void Another_incarnation_begins_with_an_empty_mark()
    {
        using (var mark = Open())
        {
            mark.Doubt(At(1));
            mark.Renounce(At(5));
            mark.End(At(9));
        }

        using var other = Open(incarnation: new Incarnation(0xB1));
        Assert.That((other.Ended, other.Renounced.Count, other.IsComplete), Is.EqualTo((SequenceNumber.Zero, 0, false)));
    }

    [Test]
    public void A_file_that_is_no_mark_is_refused()
    {
        File.WriteAllText(Path, "no mark");
        Assert.That(() => Open(), Throws.InstanceOf<IOException>().With.Message.Contains("has 7 bytes"));
        File.WriteAllBytes(Path, [1, .. new byte[ExecutionMarkFile.Size - 1]]);
        Assert.That(() => Open(), Throws.InstanceOf<IOException>().With.Message.Contains("is no mark"));
    }

    [Test]
    public void The_start_of_the_machine_has_an_id_on_Linux()
    {
        var first = MachineBoot.Id;
        Assert.That(first != UInt128.Zero, Is.EqualTo(OperatingSystem.IsLinux()));
        Assert.That(MachineBoot.Id, Is.EqualTo(first));
    }

    private string Path => _folder.File("executing");

    private ExecutionMarkFile Open(Incarnation? incarnation = null, UInt128? machine = null) =>
        ExecutionMarkFile.Open(Path, incarnation ?? Own, machine ?? Machine);

    private static SequenceNumber At(long seq) => new(seq);
}
