using System.Diagnostics;
using Dams.Ordering;

namespace Dams.Hosting.Processes;

/// <summary>One of our programs, and the host that runs it.</summary>
/// <param name="Host">The <c>dotnet</c> executable.</param>
/// <param name="File">The program's assembly.</param>
public sealed record DamsProgram(string Host, string File)
{
    /// <summary>
    /// Makes the information that starts the program. Its standard input comes from this process and carries nothing. With
    /// <paramref name="parentWatch"/> the program stops when that input ends, which happens when this process ends.
    /// </summary>
    public ProcessStartInfo ToStartInfo(IEnumerable<string> arguments, bool parentWatch = false) =>
        new(Host, [File, .. arguments, .. parentWatch ? (string[])["--exit-with-parent"] : []])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
        };
}

/// <summary>
/// Finds our programs. Published ones, and those of tests, are beside the running assembly. With <c>dotnet run</c> from a clone they are in
/// the build output of the sibling project, in the same configuration.
/// </summary>
public static class ProgramLocator
{
    /// <summary>The assembly name of a role's program.</summary>
    public static string AssemblyOf(NodeRole role) => role switch
    {
        NodeRole.FrontEnd => "Dams.FrontEnd",
        NodeRole.Sequencer => "Dams.Sequencer",
        NodeRole.Replica => "Dams.Replica",
        NodeRole.Manager => "Dams.ReplicaManager",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "not a role"),
    };

    /// <summary>The program of a role.</summary>
    /// <exception cref="FileNotFoundException">The program is in none of the places; the message lists them.</exception>
    public static DamsProgram Find(NodeRole role) => Find(AssemblyOf(role), AppContext.BaseDirectory);

    /// <summary>The program of that assembly name.</summary>
    /// <param name="assembly">The assembly's name without extension.</param>
    /// <param name="baseFolder">Where the running assembly is.</param>
    /// <exception cref="FileNotFoundException">The program is in none of the places; the message lists them.</exception>
    public static DamsProgram Find(string assembly, string baseFolder)
    {
        var candidates = Candidates(assembly, Path.TrimEndingDirectorySeparator(baseFolder)).ToList();
        // The output folder of a project that only builds another contains the other's runtimeconfig.json, but not its assembly.
        var file = candidates.Find(
            candidate => File.Exists(candidate) && File.Exists(Path.ChangeExtension(candidate, ".runtimeconfig.json")));
        return file is null
            ? throw new FileNotFoundException($"{assembly}.dll has not been built: found neither {string.Join(" nor ", candidates)}")
            : new DamsProgram(FindHost(), file);
    }

    /// <summary>The <c>dotnet</c> executable that belongs to the runtime that runs this process.</summary>
    public static string FindHost()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        if (Environment.ProcessPath is { } self && Path.GetFileName(self) == name)
            return self;
        // <root>/shared/Microsoft.NETCore.App/<version>/System.Private.CoreLib.dll
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));
        string?[] candidates = [Path.Combine(root, name), Environment.GetEnvironmentVariable("DOTNET_HOST_PATH")];
        return Array.Find(candidates, File.Exists) ?? name;
    }

    private static IEnumerable<string> Candidates(string assembly, string baseFolder)
    {
        yield return Path.Combine(baseFolder, assembly + ".dll");
        // <solution>/<project>/bin/<configuration>/<framework>
        var framework = new DirectoryInfo(baseFolder);
        if (framework.Parent is { } configuration && configuration.Parent is { Name: "bin", Parent.Parent: { } solution })
            yield return Path.Combine(solution.FullName, assembly, "bin", configuration.Name, framework.Name, assembly + ".dll");
    }
}
