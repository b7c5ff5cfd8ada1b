using System.Text.RegularExpressions;

namespace Dams.Tests.Tidy;

/// <summary>One name, one type: a reader who finds a name needs no namespace to know what it is.</summary>
public sealed partial class NamesTests
{
    /// <summary>The names that types of several projects share, each with the reason; none at present.</summary>
    private static readonly (string Name, string Why)[] s_shared = [];

    private static IEnumerable<string> Production =>
        SourceTree.Production;

    [Test]
    public void No_file_gives_a_type_a_second_name()
    {
        var finds = SourceTree.Sources.SelectMany(path => Alias().Matches(CodeText.WithoutWords(SourceTree.Text(path)))
            .Select(match => $"{path}: {match.Value.Trim()}"));
        Assert.That(finds, Is.Empty);
    }

    [TestCase("using Request = Dams.Ordering.Request;", true)]
    [TestCase("global using Point = (int X, int Y);", true)]
    [TestCase("    using unsafe Bytes = byte*;", true)]
    [TestCase("using Dams.Ordering;", false)]
    [TestCase("using static Dams.Ordering.Digest;", false)]
    [TestCase("        using var log = Open();", false)]
    [TestCase("        using (log = Open())", false)]
    public void The_rule_finds_aliases(string code, bool isFound) => Assert.That(Alias().IsMatch(code), Is.EqualTo(isFound));

    [Test]
    public void No_two_projects_have_a_type_of_the_same_name()
    {
        var finds = Production
            .SelectMany(path => TypesOf(CodeText.WithoutWords(SourceTree.Text(path))).Select(name => (Name: name, Path: path)))
            .Where(type => s_shared.All(shared => shared.Name != type.Name))
            .GroupBy(type => type.Name)
            .Where(types => types.Select(type => type.Path.Split('/')[0]).Distinct().Count() > 1)
            .Select(types => $"{types.Key}: {string.Join(", ", types.Select(type => type.Path))}");
        Assert.That(finds, Is.Empty);
    }

    [TestCase("internal sealed record Entry(int Number);", "Entry")]
    [TestCase("public readonly record struct Epoch(ulong Value)", "Epoch")]
    [TestCase("public static partial class StatusJson : JsonSerializerContext;", "StatusJson")]
    [TestCase("[Flags]\ninternal enum Kinds : byte\n{\n}\npublic ref struct Reader<T>(T first)", "Kinds Reader")]
    [TestCase("public delegate Task<int> Work(int number);", "Work")]
    [TestCase("class C\n{\n    internal sealed class Seen;\n    public interface IWork;\n}", "C Seen IWork")]
    [TestCase("class C\n{\n    private sealed class Slot;\n    sealed class Hidden;\n    private protected struct Part;\n}", "C")]
    [TestCase("class C\n{\n    public record R => record;\n    where T : class\n    public Class X;\n}", "C")]
    public void The_rule_finds_the_names_that_other_files_can_use(string code, string names) =>
        Assert.That(TypesOf(code), Is.EqualTo(names.Split(' ')));

    // A private type bears the name of its owner: nobody else can use or confuse it.
    private static IEnumerable<string> TypesOf(string code) => Declaration().Matches(code)
        .Where(match => match.Groups["indent"].Length == 0 || NotPrivate().IsMatch(match.Groups["modifiers"].Value))
        .Select(match => match.Groups["name"].Value);

    [GeneratedRegex(@"^[ ]*(global\s+)?using\s+(unsafe\s+)?\w+\s*=[^\n]*", RegexOptions.Multiline)]
    private static partial Regex Alias();

    [GeneratedRegex(
        @"^(?<indent>[ ]*)"
            + @"(?<modifiers>((public|internal|private|protected|file|static|sealed|abstract|readonly|ref|partial|unsafe|new)\s+)*)"
            + @"(class|struct|interface|enum|record(\s+(class|struct))?|delegate\s[^;=({]*?)\s+(?<name>[A-Z]\w*)(?=\s*([<({:;]|$))",
        RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^(?!.*\bprivate\b).*\b(public|internal)\b")]
    private static partial Regex NotPrivate();
}
