using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Dams.Tests.Tidy;

/// <summary>
/// The rules for pure code that the analyzer of banned symbols can't hold. It finds each use of a banned symbol. It does not look at
/// keywords, at the types of declarations, and at the type of what a method of ours returns.
/// </summary>
internal static class PureCode
{
    /// <summary>The pure sources, as paths from the root: those for which .editorconfig makes a banned symbol an error.</summary>
    public static IReadOnlyList<string> Sources { get; } = [.. SourcesWithError(SourceTree.Text(".editorconfig"))
        .Where(path => !path.StartsWith("Dams.Tests", StringComparison.Ordinal))];

    /// <summary>The sources for which settings make a banned symbol an error.</summary>
    public static IEnumerable<string> SourcesWithError(string editorConfig)
    {
        var file = AnalyzerConfig.Parse(editorConfig, Path.Combine(SourceTree.Root, ".editorconfig"));
        var settings = AnalyzerConfigSet.Create<AnalyzerConfig[]>([file]);
        return SourceTree.Sources.Where(path => settings.GetOptionsForSourcePath(Path.Combine(SourceTree.Root, path))
            .TreeOptions.GetValueOrDefault("RS0030") == ReportDiagnostic.Error);
    }

    /// <summary>The breaches of the rules in a source, each with its place.</summary>
    public static IEnumerable<string> Breaches(Compilation compilation, SyntaxTree source)
    {
        var model = compilation.GetSemanticModel(source);
        var keywords = source.GetRoot().DescendantTokens()
            .Where(token => token.Kind() is SyntaxKind.LockKeyword or SyntaxKind.AsyncKeyword or SyntaxKind.AwaitKeyword)
            .Select(token => $"{Place(token.GetLocation())}: {token.Text}");
        var expressions = source.GetRoot().DescendantNodes().OfType<ExpressionSyntax>().ToList();
        var types = expressions.Where(node => BanList.Pure.Covers(model.GetTypeInfo(node).Type))
            .Select(node => $"{Place(node.GetLocation())}: the type of {node}");
        var iterations = expressions.Where(node => IsIteratedHashSet(node, model))
            .Select(node => $"{Place(node.GetLocation())}: iterates over the hash set {node}");
        return [.. keywords, .. types, .. iterations];
    }

    // A hash set may be put in order, and looked up.
    private static bool IsIteratedHashSet(ExpressionSyntax node, SemanticModel model)
    {
        var info = model.GetTypeInfo(node);
        if (info.Type?.OriginalDefinition.GetDocumentationCommentId() != "T:System.Collections.Generic.HashSet`1")
            return false;
        return node.Parent switch
        {
            CommonForEachStatementSyntax or SpreadElementSyntax => true,
            MemberAccessExpressionSyntax access when access.Expression == node =>
                model.GetSymbolInfo(access).Symbol is IMethodSymbol { ReducedFrom: not null } method
                && !method.Name.StartsWith("Order", StringComparison.Ordinal),
            _ => info.ConvertedType?.Name == nameof(IEnumerable<>),
        };
    }

    private static string Place(Location location) =>
        $"{location.SourceTree!.FilePath}:{location.GetLineSpan().StartLinePosition.Line + 1}";
}
