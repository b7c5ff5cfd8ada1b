using System.Text.RegularExpressions;

namespace Dams.Tests.Tidy;

/// <summary>Comments and pages have a noun as the subject of a sentence. A question may begin as questions do.</summary>
internal sealed partial class PlainEnglishTests
{
    [Test]
    public void No_comment_begins_a_sentence_with_a_relative_clause() => Assert.That(
        SourceTree.Sources.SelectMany(path => Finds(path, SourceTree.Text(path), Comment())), Is.Empty);

    [Test]
    public void No_page_begins_a_sentence_with_a_relative_clause()
    {
        string[] pages = [Path.Combine(SourceTree.Root, "README.md"), .. Directory.GetFiles(Path.Combine(SourceTree.Root, "docs"), "*.md")];
        Assert.That(pages.SelectMany(path => Finds(Path.GetFileName(path), File.ReadAllText(path), Prose())), Is.Empty);
    }

    [TestCase("/// <summary>What a member does.</summary>", true)]
    [TestCase("    // It waits. Who is silent is reported.", true)]
    [TestCase("/// <summary>A member. What does it do?</summary>", false)]
    [TestCase("/// <summary>A member decides what it does, and who is asked.</summary>", false)]
    [TestCase("    var text = \"What is left\";", false)]
    public void The_rule_finds_such_comments(string code, bool isFound) =>
        Assert.That(Finds("", code, Comment()).Any(), Is.EqualTo(isFound));

    private static IEnumerable<string> Finds(string path, string text, Regex rule) =>
        text.Split('\n').Index().Where(line => rule.IsMatch(line.Item)).Select(line => $"{path}:{line.Index + 1}");

    [GeneratedRegex(@"^\s*///?.*?(?<=// |> ?|\. )(Who|What|Whoever|Whose|Of a) (?!.*\?)")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^(?!#|\|).*?(?<=^|\. |- )(Who|What|Whoever|Whose|Of a) (?!.*\?)")]
    private static partial Regex Prose();
}
