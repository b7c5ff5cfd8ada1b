using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Dams.Tests.Tidy;

/// <summary>
/// Production types stand in files of their name. Beside a type, its file may hold the data that belongs to it: records and enums that it
/// names, and records that derive from it. A family of equals stands in a file whose name is the plural: <c>FaultOrders.cs</c> holds
/// types whose names end in <c>Order</c>.
/// </summary>
public sealed partial class TypeFilesTests
{
    [Test]
    public void Types_stand_in_files_of_their_name() => Assert.That(
        SourceTree.Sources.Where(path => !path.StartsWith("Dams.Tests", StringComparison.Ordinal))
            .SelectMany(path => StraysOf(Path.GetFileName(path), SourceTree.Text(path)).Select(stray => $"{path}: {stray}")),
        Is.Empty);

    [TestCase("Case.cs", "class Case; class Other;", "Other")]
    [TestCase("Case.cs", "class Case { ICase _case; } interface ICase;", "ICase")]
    [TestCase("Case.cs", "class Case { Kind _kind; } enum Kind { A }", "")]
    [TestCase("Case.cs", "class Case; enum Kind { A }", "Kind")]
    [TestCase("Case.cs", "record Case; record Small : Case; record Smaller : Small; record Part;", "Part")]
    [TestCase("Case.cs", "record Case(Part Part); record Part(Depth Depth); enum Depth { A }", "")]
    [TestCase("Case.cs", "class Case; class Small : Case;", "Small")]
    [TestCase("Case.States.cs", "partial class Case;", "")]
    [TestCase("Case.cs", "class Case; class Case<T>;", "")]
    [TestCase("Case.cs", "class Case; delegate void Done();", "Done")]
    [TestCase("Cases.cs", "record SmallCase(Part Part); record BigCase; record Part; record Other;", "Other")]
    [TestCase("SmallCases.cs", "record A : Case; class BCase; class C;", "C")]
    [TestCase("Cases.cs", "class Cases; class SmallCase;", "SmallCase")]
    public void The_rule_finds_strays(string file, string code, string strays) =>
        Assert.That(string.Join(' ', StraysOf(file, code)), Is.EqualTo(strays));

    private static IEnumerable<string> StraysOf(string file, string code)
    {
        var types = CSharpSyntaxTree.ParseText(code).GetRoot()
            .DescendantNodes(static node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
            .Where(static node => node is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax)
            .ToList();
        var name = file.Split('.')[0];
        var family = types.Where(type => NameOf(type) == name).ToHashSet();
        if (family.Count == 0 && LastWord().Match(name) is { Success: true, Groups: var groups })
            family.UnionWith(types.Where(type => IsOfKind(type, groups[1].Value)));
        while (types.Where(type => !family.Contains(type) && IsData(type) && Belongs(type)).ToList() is { Count: > 0 } more)
            family.UnionWith(more);
        return types.Where(type => !family.Contains(type)).Select(NameOf);

        bool Belongs(SyntaxNode type) =>
            family.Any(member => Has(member, NameOf(type)) || Has(BasesOf(type), NameOf(member)));
    }

    private static bool IsOfKind(SyntaxNode type, string kind) =>
        NameOf(type).EndsWith(kind, StringComparison.Ordinal) || Has(BasesOf(type), kind);

    private static bool IsData(SyntaxNode type) => type is RecordDeclarationSyntax or EnumDeclarationSyntax;

    private static BaseListSyntax? BasesOf(SyntaxNode type) => (type as BaseTypeDeclarationSyntax)?.BaseList;

    private static bool Has(SyntaxNode? node, string name) =>
        node is not null && node.DescendantTokens().Any(token => token.IsKind(SyntaxKind.IdentifierToken) && token.ValueText == name);

    private static string NameOf(SyntaxNode type) => type switch
    {
        BaseTypeDeclarationSyntax declared => declared.Identifier.ValueText,
        _ => ((DelegateDeclarationSyntax)type).Identifier.ValueText,
    };

    [GeneratedRegex(@"([A-Z][a-z]+)s$")]
    private static partial Regex LastWord();
}
