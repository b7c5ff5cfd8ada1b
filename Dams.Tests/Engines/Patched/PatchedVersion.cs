using System.Runtime.Loader;
using Dams.Replica.Engines;
using Dams.Tests.Mutation;
using Dams.Tests.Tidy;
using Microsoft.CodeAnalysis;

namespace Dams.Tests.Engines.Patched;

/// <summary>
/// A version that is compiled from its sources in the tree, with or without a bug. It is loaded beside the catalogue's version until it
/// is disposed of. Of this project's assemblies it can use only the contracts, like any version.
/// </summary>
internal sealed class PatchedVersion : IDisposable
{
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
        var image = SourceCompiler.Compile(
            $"Patched.{version}",
            OutputKind.DynamicallyLinkedLibrary,
            sources,
            SourceCompiler.References(name => name is "Dams.Contracts" or "Dams.Replica"));
        var context = new AssemblyLoadContext($"Patched {version}", isCollectible: true);
        var types = context.LoadFromStream(new MemoryStream(image)).GetTypes();
        var engine = types.Single(type => type.IsAssignableTo(typeof(IAppointmentEngine)));
        return new PatchedVersion(context, engine);
    }
}
