using Dams.Hosting.Folders;
using Dams.Tests.Hosting;

namespace Dams.Tests.Folders;

/// <summary>A folder is recognised under any name, and told from its copy.</summary>
internal sealed class FolderPlaceTests
{
    private readonly TestFolder _folder = new();

    [OneTimeTearDown]
    public void Dispose() => _folder.Dispose();

    [Test]
    [Platform("Linux")]
    public void A_folder_is_the_same_after_a_move_or_through_a_link_but_its_copy_is_not()
    {
        Directory.CreateDirectory(_folder.File("one"));
        var one = FolderPlace.Of(_folder.File("one"));
        Assert.That(one.Inode, Is.Not.Null);
        TestFolder.Copy(_folder.File("one"), _folder.File("copy"));
        Directory.CreateSymbolicLink(_folder.File("link"), _folder.File("one"));
        Assert.That(one.IsSameAs(FolderPlace.Of(_folder.File("copy"))), Is.False);
        Assert.That(one.IsSameAs(FolderPlace.Of(_folder.File("link"))), Is.True);
        Directory.Move(_folder.File("one"), _folder.File("moved"));
        Assert.That(one.IsSameAs(FolderPlace.Of(_folder.File("moved"))), Is.True);
        Directory.Move(_folder.File("copy"), _folder.File("one"));
        Assert.That(one.IsSameAs(FolderPlace.Of(_folder.File("one"))), Is.False, "a copy in the original's place");
    }

    [TestCase("8 5 boot /a", true)]
    [TestCase("8 5 boot /b", true, Description = "moved")]
    [TestCase("8 6 boot /a", false, Description = "a copy in its place")]
    [TestCase("9 5 boot /a", false, Description = "another disk in its place")]
    [TestCase("9 5 later /a", true, Description = "after a restart of the machine, disks may have other numbers")]
    [TestCase("8 5 later /b", false, Description = "in doubt it is another folder")]
    [TestCase("- - - /a", true, Description = "the system tells only the path")]
    [TestCase("- - - /b", false)]
    public void Device_and_inode_decide_or_the_path_where_they_are_unknown(string other, bool isSame)
    {
        Assert.That(FolderPlace.TryParse("8 5 boot /a", out var one) && FolderPlace.TryParse(other, out var two)
            && one.IsSameAs(two) == isSame);
    }

    [TestCase("/a folder with blanks")]
    [TestCase("/a")]
    public void A_place_reads_as_it_was_written(string path)
    {
        foreach (var place in new[] { new FolderPlace(path, ulong.MaxValue, 7, "b"), new FolderPlace(path, null, null, "-") })
        {
            Assert.That(FolderPlace.TryParse(place.ToString(), out var read), Is.True);
            Assert.That(read, Is.EqualTo(place));
        }
    }

    [TestCase("")]
    [TestCase("1 2 3")]
    [TestCase("x 2 b /a")]
    [TestCase("1 -2 b /a")]
    public void Anything_else_is_no_place(string text) => Assert.That(FolderPlace.TryParse(text, out _), Is.False);
}
