using Dams.Hosting.Processes;

namespace Dams.Tests.Hosting;

/// <summary>Writes that replace a file as a whole or leave it as it was.</summary>
internal sealed class WholeFileTests
{
    private readonly TestFolder _folder = new();

    [OneTimeTearDown]
    public void Dispose() => _folder.Dispose();

    [Test]
    public void A_write_leaves_the_file_and_nothing_beside_it()
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
    public void A_failed_write_leaves_the_old_file_and_writing_the_same_text_needs_no_disk()
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
