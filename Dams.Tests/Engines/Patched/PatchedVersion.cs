using System.Runtime.Loader;
using Dams.Replica.Engines;
using Dams.Tests.Tidy;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Dams.Tests.Engines.Patched;

/// <summary>
/// A version that is compiled from its sources in the tree, with or without a bug. It is loaded beside the catalogue's version until it
/// is disposed of. Of this project's assemblies it can use only the contracts, like any version.
/// </summary>
internal sealed class PatchedVersion : IDisposable
{
    // The usings that the projects have the compiler add implicitly.
    private const string ImplicitUsings =
        """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions s_language = new(LanguageVersion.Latest);

    // Optimized, because it runs thousands of commands. Nullable as in the projects, so that the sources mean the same.
    private static readonly CSharpCompilationOptions s_options = new(
        OutputKind.DynamicallyLinkedLibrary,
        optimizationLevel: OptimizationLevel.Release,
        nullableContextOptions: NullableContextOptions.Enable);

    private static readonly Lazy<IReadOnlyList<MetadataReference>> s_references = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileNameWithoutExtension(path) is var name
                && (name is "Dams.Contracts" or "Dams.Replica" || !name.StartsWith("Dams.", StringComparison.Ordinal)))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ]);

    private readonly AssemblyLoadContext _context;
    private readonly Type _engine;

    private PatchedVersion(AssemblyLoadContext context, Type engine)
    {
        _context = context;
        _engine = engine;
    }

    /// <summary>Compiles a version as it is.</summary>
    public static PatchedVersion Unpatched(string version) => Compile(version, Sources(version));

    /// <summary>Compiles a version with a bug in it.</summary>
    public static PatchedVersion With(VersionBug bug)
    {
        var sources = Sources(bug.Version);
        sources[bug.File] = bug.PatchInto(sources[bug.File]);
        return Compile(bug.Version, sources);
    }

    /// <summary>Makes an engine without any slot. Every engine must be disposed of before this version is.</summary>
    public IAppointmentEngine CreateEngine() => (IAppointmentEngine)Activator.CreateInstance(_engine)!;

    public void Dispose() => _context.Unload();

    /// <summary>File name → text.</summary>
    private static Dictionary<string, string> Sources(string version) =>
        SourceTree.Below($"Dams.Replica/Versions/{version}").ToDictionary(path => Path.GetFileName(path), SourceTree.Text);

    private static PatchedVersion Compile(string version, Dictionary<string, string> sources)
    {
        var trees = sources.Append(new("ImplicitUsings.cs", ImplicitUsings))
            .Select(source => CSharpSyntaxTree.ParseText(SourceText.From(source.Value), s_language, source.Key));
        using var image = new MemoryStream();
        var result = CSharpCompilation.Create($"Patched.{version}", trees, s_references.Value, s_options).Emit(image);
        Assert.That(
            result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error), Is.Empty, $"{version} compiles");

        image.Position = 0;
        var context = new AssemblyLoadContext($"Patched {version}", isCollectible: true);
        var engine = context.LoadFromStream(image).GetTypes().Single(type => type.IsAssignableTo(typeof(IAppointmentEngine)));
        return new PatchedVersion(context, engine);
    }
}
