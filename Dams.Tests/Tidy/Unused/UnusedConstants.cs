using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Dams.Tests.Tidy.Unused;

/// <summary>
/// Finds the constants and the members of enumerations that no source names. The compiler writes their values into the
/// code, so an assembly does not show who uses them.
/// </summary>
internal static class UnusedConstants
{
    /// <summary>
    /// The constants that these sources declare and never name. A member of an enumeration is named together with it. These need no
    /// use: the member for zero, since each value has a name; the members of an enumeration of a stated size or a schema,
    /// since others send them; and those of an enumeration whose names are read or written as texts.
    /// </summary>
    public static IReadOnlyList<string> In(IEnumerable<string> sources)
    {
        var roots = sources.Select(source => CSharpSyntaxTree.ParseText(source).GetRoot()).ToList();
        var nodes = roots.SelectMany(root => root.DescendantNodes()).ToList();
        var named = nodes.OfType<IdentifierNameSyntax>().Select(node => node.Identifier.ValueText).ToHashSet();
        var namedMembers = nodes.OfType<MemberAccessExpressionSyntax>()
            .Select(access => (Last(access.Expression), access.Name.Identifier.ValueText))
            .ToHashSet();
        namedMembers.UnionWith(nodes.OfType<QualifiedNameSyntax>()
            .Select(access => (Last(access.Left), access.Right.Identifier.ValueText)));
        var constants = nodes.OfType<FieldDeclarationSyntax>()
            .Where(field => field.Modifiers.Any(SyntaxKind.ConstKeyword))
            .SelectMany(field => field.Declaration.Variables)
            .Where(constant => !named.Contains(constant.Identifier.ValueText))
            .Select(constant => $"{OwnerOf(constant)}.{constant.Identifier.ValueText}");
        namedMembers.UnionWith(nodes.OfType<EnumDeclarationSyntax>().SelectMany(type => type.DescendantNodes()
            .OfType<IdentifierNameSyntax>()
            .Select(own => (type.Identifier.ValueText, own.Identifier.ValueText))));
        var texts = nodes.OfType<GenericNameSyntax>()
            .Where(call => call.Identifier.ValueText is "GetNames" or "Parse" or "TryParse")
            .Select(call => call.TypeArgumentList.Arguments[0].ToString())
            .ToHashSet();
        var members = nodes.OfType<EnumMemberDeclarationSyntax>()
            .Where(member => !IsZero(member) && !IsSent((EnumDeclarationSyntax)member.Parent!))
            .Select(member => (Type: OwnerOf(member), Name: member.Identifier.ValueText))
            .Where(member => !texts.Contains(member.Type))
            .Where(member => !namedMembers.Contains(member))
            .Select(member => $"{member.Type}.{member.Name}");
        return [.. constants.Concat(members).Order(StringComparer.Ordinal)];
    }

    private static bool IsZero(EnumMemberDeclarationSyntax member) => member.EqualsValue is { } value
        ? value.Value.ToString() == "0"
        : ((EnumDeclarationSyntax)member.Parent!).Members[0] == member;

    private static bool IsSent(EnumDeclarationSyntax type) =>
        type.BaseList is not null
        || type.AttributeLists.SelectMany(list => list.Attributes).Any(attribute => Last(attribute.Name) == "XmlType");

    private static string Last(ExpressionSyntax expression) => expression switch
    {
        MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
        QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText,
        SimpleNameSyntax simple => simple.Identifier.ValueText,
        _ => "",
    };

    private static string OwnerOf(SyntaxNode node) =>
        node.Ancestors().OfType<BaseTypeDeclarationSyntax>().First().Identifier.ValueText;
}
