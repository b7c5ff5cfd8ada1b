using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Dams.Tests.Tidy;
using Microsoft.CodeAnalysis;

namespace Dams.Tests.Mutation;

/// <summary>
/// The projects with all mutants patched in, loaded beside the real ones. The other assemblies of DAMS are loaded a second time with them,
/// the tests too, so that any test can run there. The framework and the packages are shared. At most one mutant is on at a time on a
/// thread. Any thread may use it.
/// </summary>
internal sealed class MutatedBuild : AssemblyLoadContext
{
    /// <summary>The projects with mutants, each after those that it refers to.</summary>
    public static IReadOnlyList<string> Projects { get; } = ["Dams.Ordering", "Dams.ReplicaManager", "Dams.FrontEnd"];

    private const string SwitchType = "Dams.Ordering.MutantSwitch";

    private const string SwitchSource =
        """
        namespace Dams.Ordering;

        public static class MutantSwitch
        {
            [ThreadStatic]
            private static string? s_on;

            public static void Set(string? mutant) => s_on = mutant;

            public static bool IsOn(string mutant) => s_on == mutant;
        }
        """;

    private static readonly Lazy<MutatedBuild> s_loaded = new(() => new MutatedBuild());

    private readonly Dictionary<string, Assembly> _patched;
    private readonly Action<string?> _set;

    private MutatedBuild()
        : base("Mutants")
    {
        var images = new List<byte[]>();
        foreach (var project in Projects)
            images.Add(Compile(project, images));
        _patched = Projects.Zip(images).ToDictionary(built => built.First, built => LoadFromStream(new MemoryStream(built.Second)));
        _set = _patched[Projects[0]].GetType(SwitchType, throwOnError: true)!.GetMethod("Set")!.CreateDelegate<Action<string?>>();
    }

    /// <summary>The one build of this process. It is compiled at the first use, which takes seconds.</summary>
    public static MutatedBuild Loaded => s_loaded.Value;

    /// <summary>The same static method in the mutated build. Only types of the framework can be its arguments and its result.</summary>
    public T Counterpart<T>(T method)
        where T : Delegate => CounterpartOf(method.Method).CreateDelegate<T>();

    /// <summary>A test in the mutated build, in a new object of its class.</summary>
    public Action TestOf(MethodInfo test)
    {
        var method = CounterpartOf(test);
        return method.CreateDelegate<Action>(method.IsStatic ? null : Activator.CreateInstance(method.DeclaringType!));
    }

    /// <summary>Runs a part of the mutated build with a mutant on.</summary>
    public void RunWith(Mutant mutant, Action part)
    {
        _set(mutant.Name);
        try
        {
            part();
        }
        finally
        {
            _set(null);
        }
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var name = assemblyName.Name!;
        if (_patched.TryGetValue(name, out var patched))
            return patched;
        var path = Path.Combine(AppContext.BaseDirectory, $"{name}.dll");
        return name.StartsWith("Dams.", StringComparison.Ordinal) && File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }

    private MethodInfo CounterpartOf(MethodInfo method)
    {
        var type = method.DeclaringType!;
        return LoadFromAssemblyName(type.Assembly.GetName()).GetType(type.FullName!, throwOnError: true)!.GetMethod(
            method.Name, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static)!;
    }

    private static byte[] Compile(string project, IReadOnlyList<byte[]> earlier)
    {
        var built = Assembly.Load(project);
        var sources = SourceTree.Below(project).ToDictionary(path => path, SourceTree.Text);
        foreach (var mutant in Mutants.All)
        {
            foreach (var patch in mutant.Patches.Where(patch => sources.ContainsKey(patch.File)))
            {
                var wrong = patch.Wrong.Replace(Mutant.Switch, $"global::{SwitchType}.IsOn(\"{mutant.Name}\")", StringComparison.Ordinal);
                sources[patch.File] = (patch with { Wrong = wrong }).PutInto(sources[patch.File], $"the mutant {mutant.Name}");
            }
        }

        sources.Add("Assembly.cs", AttributesOf(built));
        if (project == Projects[0])
            sources.Add("MutantSwitch.cs", SwitchSource);
        var references = SourceCompiler.References(name =>
            !Projects.Contains(name) && !name.StartsWith("Dams.Tests", StringComparison.Ordinal));
        return SourceCompiler.Compile(
            project,
            built.EntryPoint is null ? OutputKind.DynamicallyLinkedLibrary : OutputKind.ConsoleApplication,
            sources,
            references.Concat(earlier.Select(image => MetadataReference.CreateFromImage(image))));
    }

    /// <summary>The assembly's attributes from the project file: its version, and who sees its internals.</summary>
    private static string AttributesOf(Assembly built) => string.Join(
        "\n",
        built.GetCustomAttributes<InternalsVisibleToAttribute>()
            .Select(friend => $"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"{friend.AssemblyName}\")]")
            .Append($"[assembly: System.Reflection.AssemblyVersion(\"{built.GetName().Version}\")]"));
}
