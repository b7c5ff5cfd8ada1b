using System.Collections.Immutable;
using System.Reflection;
using Dams.Tests.Tidy;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Dams.Tests.Mutation;

/// <summary>Compiles patched sources as the projects are compiled: same usings, same nullability, optimized.</summary>
internal static class SourceCompiler
{
    private static readonly CSharpParseOptions s_language = new(LanguageVersion.Latest);

    private static readonly Lazy<Dictionary<string, MetadataReference>> s_loadable = new(() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => (Name: Path.GetFileNameWithoutExtension(path), Path: path))
            .DistinctBy(known => known.Name)
            .ToDictionary(known => known.Name, known => (MetadataReference)MetadataReference.CreateFromFile(known.Path)));

    /// <summary>The generators that write a part of the projects' sources. They come with the SDK.</summary>
    private static readonly Lazy<IReadOnlyList<ISourceGenerator>> s_generators = new(() =>
    [
        .. GeneratorsOf("Microsoft.AspNetCore.App.Ref", "Microsoft.Extensions.Logging.Generators.dll"),
        .. GeneratorsOf("Microsoft.NETCore.App.Ref", "System.Text.Json.SourceGeneration.dll"),
        .. GeneratorsOf("Microsoft.NETCore.App.Ref", "System.Text.RegularExpressions.Generator.dll"),
    ]);

    /// <summary>References to the framework and the packages, and to those of the own assemblies that are wanted.</summary>
    public static IEnumerable<MetadataReference> References(Predicate<string> isWanted) => s_loadable.Value
        .Where(known => !known.Key.StartsWith("Dams.", StringComparison.Ordinal) || isWanted(known.Key))
        .Select(known => known.Value);

    /// <summary>Compiles an assembly.</summary>
    /// <param name="name">The name of the assembly.</param>
    /// <param name="kind">A library or a program.</param>
    /// <param name="sources">File name → text.</param>
    /// <param name="references">The assemblies that the sources use.</param>
    public static byte[] Compile(
        string name, OutputKind kind, IReadOnlyDictionary<string, string> sources, IEnumerable<MetadataReference> references)
    {
        var options = new CSharpCompilationOptions(
            kind, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable);
        var trees = sources.Append(new("ImplicitUsings.cs", SourceTree.ImplicitUsings))
            .Select(source => CSharpSyntaxTree.ParseText(SourceText.From(source.Value), s_language, source.Key));
        CSharpGeneratorDriver.Create(s_generators.Value, parseOptions: s_language).RunGeneratorsAndUpdateCompilation(
            CSharpCompilation.Create(name, trees, references, options), out var complete, out _);
        using var image = new MemoryStream();
        var errors = complete.Emit(image).Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ToList();
        if (errors.Count > 0)
            throw new InvalidDataException($"the patched {name} does not compile:\n{string.Join("\n", errors)}");
        return image.ToArray();
    }

    private static ImmutableArray<ISourceGenerator> GeneratorsOf(string pack, string file)
    {
        var path = TargetingPack.Find(TargetingPack.Places, pack, Path.Combine("analyzers", "dotnet", "cs", file));
        var generators = new AnalyzerFileReference(path, new GeneratorLoader()).GetGenerators(LanguageNames.CSharp);
        return generators.IsEmpty
            ? throw new InvalidDataException($"{path} has no generator that this compiler can load: the mutants can't be compiled")
            : generators;
    }

    private sealed class GeneratorLoader : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath)
        {
            // The generators use the framework and the compiler only.
        }

        public Assembly LoadFromPath(string fullPath) => Assembly.LoadFrom(fullPath);
    }
}
