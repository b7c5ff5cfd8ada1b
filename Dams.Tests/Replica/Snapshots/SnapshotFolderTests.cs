using Dams.Ordering;
using Dams.Replica.Hosting.Snapshots;
using Dams.Tests.Hosting;

namespace Dams.Tests.Replica.Snapshots;

public sealed class SnapshotFolderTests
{
    private TestFolder _folder = null!;
    private SnapshotFolder _snapshots = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = new TestFolder();
        _snapshots = new SnapshotFolder(_folder.File("snapshots"), isDurable: true);
    }

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    [Test]
    public void A_snapshot_has_its_name_only_when_it_is_whole()
    {
        using (var file = _snapshots.Create(new SequenceNumber(7)))
        {
            file.Write([1, 2, 3]);
            Assert.That(_snapshots.List(), Is.Empty);
            Assert.That(_snapshots.Read(new SequenceNumber(7), 0, 10), Is.Null);
            file.Commit();
        }

        Assert.That(_snapshots.List(), Is.EqualTo(new[] { new SequenceNumber(7) }));
        Assert.That(File.Exists(_folder.File("snapshots", "snapshot-7.dams")));
    }

    [Test]
    public void A_snapshot_that_is_given_up_leaves_no_file()
    {
        using (var file = _snapshots.Create(new SequenceNumber(7)))
            file.Write([1, 2, 3]);
        Assert.That(Directory.GetFiles(_folder.File("snapshots")), Is.Empty);
    }

    [Test]
    public void An_unfinished_snapshot_is_deleted_at_the_next_start()
    {
        File.WriteAllBytes(_folder.File("snapshots", "snapshot-7.dams.unfinished"), [1]);
        File.WriteAllBytes(_folder.File("snapshots", "notes.txt"), [1]);
        var snapshots = new SnapshotFolder(_folder.File("snapshots"), isDurable: false);
        Assert.That(snapshots.List(), Is.Empty);
        Assert.That(Directory.GetFiles(_folder.File("snapshots")).Select(Path.GetFileName), Is.EqualTo(new[] { "notes.txt" }));
    }

    [Test]
    public void The_pieces_add_up_to_the_snapshot_and_none_follows_its_end()
    {
        Write(7, [.. Enumerable.Range(0, 250).Select(i => (byte)i)]);
        List<byte> bytes = [];
        while (_snapshots.Read(new SequenceNumber(7), bytes.Count, 100) is { Bytes.Length: > 0 } piece)
        {
            Assert.That(piece.Total, Is.EqualTo(250));
            bytes.AddRange(piece.Bytes);
        }

        Assert.That(bytes, Is.EqualTo(Enumerable.Range(0, 250).Select(i => (byte)i)));
        Assert.That(_snapshots.Read(new SequenceNumber(7), long.MaxValue / 2, 100)!.Value.Bytes, Is.Empty);
    }

    [Test]
    public void Pruning_keeps_the_newest_two_and_those_that_a_joiner_waits_for()
    {
        foreach (var seq in new[] { 9, 100, 30, 10 })
            Write(seq, [1]);
        Assert.That(
            _snapshots.List().Select(seq => seq.Value), Is.EqualTo(new[] { 100, 30, 10, 9 }), "newest first, by number and not by name");
        _snapshots.Prune([new SequenceNumber(9)]);
        Assert.That(_snapshots.List().Select(seq => seq.Value), Is.EqualTo(new[] { 100, 30, 9 }));
        _snapshots.Prune([]);
        Assert.That(_snapshots.List().Select(seq => seq.Value), Is.EqualTo(new[] { 100, 30 }));
        _snapshots.Delete(new SequenceNumber(30));
        _snapshots.Delete(new SequenceNumber(31));
        Assert.That(_snapshots.List().Select(seq => seq.Value), Is.EqualTo(new[] { 100 }));
    }

    [Test]
    public void A_snapshot_that_is_set_aside_stays_on_disk_but_is_not_listed()
    {
        Write(7, [1]);
        _snapshots.SetAside(new SequenceNumber(7));
        Assert.That(_snapshots.List(), Is.Empty);
        Assert.That(File.Exists(_folder.File("snapshots", "snapshot-7.dams.refused")));
    }

    private void Write(long seq, byte[] bytes)
    {
        using var file = _snapshots.Create(new SequenceNumber(seq));
        file.Write(bytes);
        file.Commit();
    }
}
