using System.Xml.Linq;

namespace Dams.Tests.Tidy;

/// <summary>The source files of the solution.</summary>
internal static class SourceTree
{
    /// <summary>The usings that the projects have the compiler add implicitly.</summary>
    public const string ImplicitUsings =
        """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    public static string Root { get; } = FindRoot();

    /// <summary>The parsed project files, by the name of the project.</summary>
    public static IReadOnlyDictionary<string, XDocument> Projects { get; } =
        Directory.GetFiles(Root, "*.csproj", SearchOption.AllDirectories)
            .Where(IsOurs)
            .ToDictionary(path => Path.GetFileNameWithoutExtension(path), XDocument.Load);

    /// <summary>All C# files of the projects, as paths from the root.</summary>
    public static IReadOnlyList<string> Sources { get; } = [.. Directory.GetFiles(Root, "*.cs", SearchOption.AllDirectories)
        .Where(IsOurs)
        .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
        .Order(StringComparer.Ordinal)];

    /// <summary>The C# files of the programs and libraries, as paths from the root.</summary>
    public static IEnumerable<string> Production => Sources.Where(path => !IsTest(path));

    /// <summary>The C# files of the test projects, as paths from the root.</summary>
    public static IEnumerable<string> Tests => Sources.Where(IsTest);

    public static string Text(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>The files in a folder and below.</summary>
    public static IEnumerable<string> Below(string folder) =>
        Sources.Where(path => path.StartsWith(folder + "/", StringComparison.Ordinal));

    private static bool IsTest(string path) => path.StartsWith("Dams.Tests", StringComparison.Ordinal);

    // The third-party clients in C# are no part of the projects: their own scripts compile them.
    private static bool IsOurs(string path)
    {
        var parts = Path.GetRelativePath(Root, path).Split(Path.DirectorySeparatorChar);
        return parts[0].StartsWith("Dams.", StringComparison.Ordinal) && !parts.Intersect(["bin", "obj", "clients"]).Any();
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Dams.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"Dams.sln is not above {AppContext.BaseDirectory}");
    }
}
