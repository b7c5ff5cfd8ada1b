using System.Reflection;
using Dams.Tests.Mutation;
using Dams.Tests.Tidy;
using Microsoft.CodeAnalysis;

namespace Dams.Tests.Soap.CoreWcf;

/// <summary>
/// Dams.Soap/CoreWcf is compiled only with CoreWCF's packages. So that it doesn't break unseen, these tests compile Dams.Soap with it
/// against signatures of our own (Stubs.txt).
/// </summary>
public sealed class CoreWcfFolderTests
{
    private const string Folder = "Dams.Soap/CoreWcf";
    private const string StubsFile = "Dams.Tests/Soap/CoreWcf/Stubs.txt";

    private static readonly Lazy<byte[]> s_stubs = new(() => SourceCompiler.Compile(
        "CoreWCF", OutputKind.DynamicallyLinkedLibrary, new Dictionary<string, string> { ["Stubs.cs"] = SourceTree.Text(StubsFile) },
        References));

    /// <summary>The framework and the packages, but not CoreWCF's own, which a build with them has.</summary>
    private static IEnumerable<MetadataReference> References => SourceCompiler.References(_ => false)
        .Where(reference => !Path.GetFileName(reference.Display!).StartsWith("CoreWCF.", StringComparison.Ordinal));

    private static byte[] Compile(Func<string, string> change)
    {
        var sources = SourceTree.Below("Dams.Soap").ToDictionary(path => path, path => change(SourceTree.Text(path)));
        sources.Add("SoapHost.cs", "global using SoapHost = Dams.Soap.CoreWcf.CoreWcfHost;");
        return SourceCompiler.Compile(
            "Dams.Soap", OutputKind.DynamicallyLinkedLibrary, sources,
            References.Append(MetadataReference.CreateFromImage(s_stubs.Value)));
    }

    [Test]
    public void The_folder_compiles_against_the_signatures_of_corewcf()
    {
        Assert.That(SourceTree.Below(Folder), Is.Not.Empty);
        Assert.That(Compile(text => text), Is.Not.Empty);
    }

    [TestCase("runtime.OperationSelector = this;", "runtime.NoSuchMember = this;")]
    [TestCase("call.Operation.Action", "call.Operation.NoSuchMember")]
    [TestCase("_answers.DescribeFailure(", "_answers.NoSuchMember(")]
    public void A_use_of_something_that_does_not_exist_is_noticed(string text, string wrong)
    {
        Assert.That(SourceTree.Below(Folder).Select(SourceTree.Text), Has.Some.Contains(text));
        Assert.That(
            () => Compile(source => source.Replace(text, wrong, StringComparison.Ordinal)),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("NoSuchMember"));
    }

    [Test]
    public void A_build_with_the_packages_has_each_type_and_member_of_the_signatures()
    {
        var real = Directory.GetFiles(AppContext.BaseDirectory, "CoreWCF.*.dll").Select(Assembly.LoadFrom).ToList();
        if (real.Count == 0)
            Assert.Ignore("this build has no CoreWCF packages");
        var missing = Assembly.Load(s_stubs.Value).GetExportedTypes().SelectMany(stub => real
            .Select(assembly => assembly.GetType(stub.FullName!))
            .FirstOrDefault(type => type is not null) is { } type
                ? MembersOf(stub).Except(MembersOf(type)).Select(member => $"{stub}: {member}")
                : [$"{stub}"]);
        Assert.That(missing, Is.Empty);
    }

    // A member that the real type inherits counts, too. The compiler adds the constructors without parameters.
    private static IEnumerable<string> MembersOf(Type type) => type
        .GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static)
        .Where(member => member is MethodBase { IsPublic: true } or MethodBase { IsFamily: true })
        .Where(member => member is not ConstructorInfo constructor || constructor.GetParameters().Length > 0)
        .Select(member => member.ToString()!);
}
