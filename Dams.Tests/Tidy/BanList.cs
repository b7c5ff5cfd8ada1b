using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Dams.Tests.Tidy;

/// <summary>A list of banned symbols in the root. Each line is a documentation id and what to use instead.</summary>
internal sealed class BanList(string file) : AdditionalText
{
    /// <summary>The symbols that pure code must not use.</summary>
    public static BanList Pure { get; } = new("BannedSymbols.Pure.txt");

    /// <summary>The symbols that tests must not use.</summary>
    public static BanList Tests { get; } = new("BannedSymbols.Tests.txt");

    private readonly SourceText _text = SourceText.From(SourceTree.Text(file));

    public override string Path { get; } = System.IO.Path.Combine(SourceTree.Root, file);

    /// <summary>Documentation id → what to use instead.</summary>
    public IReadOnlyDictionary<string, string> Entries { get; } = SourceTree.Text(file).Split('\n')
        .Where(line => line.Length > 0 && !line.StartsWith("//", StringComparison.Ordinal))
        .Select(line => line.Split(';', 2))
        .ToDictionary(parts => parts[0], parts => parts.Length > 1 ? parts[1] : "");

    public override SourceText GetText(CancellationToken cancellationToken = default) => _text;

    /// <summary>Tells whether the list has the type, a type argument or element of it, or what it is declared in.</summary>
    public bool Covers(ITypeSymbol? type) => type switch
    {
        IArrayTypeSymbol array => Covers(array.ElementType),
        INamedTypeSymbol named => named.TypeArguments.Any(Covers) || HasSymbol(named.OriginalDefinition),
        _ => false,
    };

    private bool HasSymbol(ISymbol? symbol) => symbol is not null
        && (Entries.ContainsKey(symbol.GetDocumentationCommentId() ?? "") || HasSymbol(symbol.ContainingSymbol));
}
