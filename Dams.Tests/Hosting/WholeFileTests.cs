using Dams.Hosting.Processes;
using NUnit.Framework;

namespace Dams.Tests.Hosting;

/// <summary>Files that are there as a whole or as they were.</summary>
internal sealed class WholeFileTests
{
    private readonly TestFolder _folder = new();

    [OneTimeTearDown]
    public void Dispose() => _folder.Dispose();

    [Test]
    public void What_is_written_is_there_and_nothing_beside_it()
    {
        Directory.CreateDirectory(_folder.File("marks"));
        var path = _folder.File("marks", "mark");
        foreach (var text in new[] { "one", "two" })
        {
            WholeFile.Write(path, text);
            Assert.That((File.ReadAllText(path), Directory.GetFiles(_folder.File("marks")).Length), Is.EqualTo((text, 1)));
        }
    }

    [Test]
    public void What_can_not_be_written_leaves_what_there_was_and_the_same_again_needs_no_disk()
    {
        var path = _folder.File("other");
        WholeFile.Write(path, "one");
        Directory.CreateDirectory(path + ".new");
        Assert.That(() => WholeFile.Write(path, "two"), Throws.InstanceOf<UnauthorizedAccessException>().Or.InstanceOf<IOException>());
        Assert.That(File.ReadAllText(path), Is.EqualTo("one"));
        WholeFile.Write(path, "one");
        Directory.Delete(path + ".new");
    }
}
