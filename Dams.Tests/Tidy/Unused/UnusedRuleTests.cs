using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Dams.Tests.Tidy.Unused;

/// <summary>The rules about unused members find what they shall, in small programs that are compiled here.</summary>
public sealed class UnusedRuleTests
{
    private static readonly CSharpCompilationOptions s_options = new(OutputKind.ConsoleApplication);

    /// <summary>The names in the sources of the tests.</summary>
    private static readonly HashSet<string> s_tests = ["Window", "Open", "Given"];

    private static readonly Lazy<IReadOnlyList<MetadataReference>> s_framework = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path))]);

    [TestCase("static void Dead() { }", "", "P.Dead")]
    [TestCase("static int s_dead;", "s_dead = 1;", "P.s_dead is never read")]
    [TestCase("static int s_used = 1;", "System.Console.Write(s_used);", "")]
    [TestCase("static int Dead { get; set; }", "Dead = 1;", "P.Dead is never read")]
    [TestCase("static int Dead { get; set; }", "System.Console.Write(Dead);", "P.Dead is never set")]
    [TestCase("static int s_dead;", "s_dead++;", "P.s_dead is never read")]
    [TestCase("static long Dead { get; set; }", "Dead++; Dead += 2;", "P.Dead is never read")]
    [TestCase("static int Used { get; set; }", "if (Used++ > 1) Used = 1;", "")]
    [TestCase("class Dead { void M() { } }", "", "P/Dead")]
    [TestCase("class C { public void Used() { } public void Used(int x) { } }", "new C().Used();", "P/C.Used")]
    [TestCase("class C<T> { public void Used(T x) { } public void Dead(T x) { } }", "new C<int>().Used(1);", "P/C`1.Dead")]
    [TestCase("static void A() => B(); static void B() => A();", "", "P.A|P.B")]
    public void A_member_that_nothing_uses_is_found(string members, string main, string finds) =>
        Assert.That(Find(members, main), Is.EqualTo(finds));

    [TestCase("class C : System.IDisposable { public void Dispose() { } }", "new C();", "")]
    [TestCase("class C { public override string ToString() => \"\"; }", "new C();", "")]
    [TestCase("interface I { void Dead(); } class C : I { public void Dead() { } }", "new C();", "P/I.Dead")]
    [TestCase("abstract class A { public abstract void Dead(); } class C : A { public override void Dead() { } }", "new C();",
        "P/A.Dead")]
    public void An_implementation_is_used_with_its_type_and_a_declaration_if_it_is_called(string members, string main, string finds) =>
        Assert.That(Find(members, main), Is.EqualTo(finds));

    [TestCase("record R(int Dead, int Used);", "System.Console.Write(new R(1, 2).Used);", "P/R.Dead is never read")]
    [TestCase("readonly record struct R(int One, int Two);", "System.Console.Write(new R(1, 2).One);", "")]
    [TestCase("record R(int Used);", "var (used, _) = (new R(1).Used, 1); System.Console.Write(used);", "")]
    [TestCase("record R(int One, int Two);", "System.Console.Write(new R(1, 2) == new R(1, 3));", "")]
    public void A_record_uses_its_own_parts_if_it_is_a_value_or_compared(string members, string main, string finds) =>
        Assert.That(Find(members, main), Is.EqualTo(finds));

    [TestCase("[System.Xml.Serialization.XmlType] public class C { public int Read { get; set; } }", "new C();", "")]
    [TestCase("delegate int D(int x);", "D twice = x => x + x; System.Console.Write(twice(1));", "")]
    [TestCase("static System.Collections.Generic.IEnumerable<int> All() { yield return 1; }", "foreach (var x in All()) { }", "")]
    [TestCase("static async System.Threading.Tasks.Task Run() { await System.Threading.Tasks.Task.Yield(); }", "Run().Wait();", "")]
    [TestCase("struct S { public static bool operator <(S a, S b) => true; public static bool operator >(S a, S b) => true; }",
        "System.Console.Write(new S() < new S());", "")]
    [TestCase("static int Found() => 1;", "System.Console.Write(typeof(P).GetMethod(nameof(Found)));", "")]
    [TestCase("struct S { int _x; } [System.Runtime.InteropServices.DllImport(\"c\")] static extern int f(ref S s);",
        "S s = default; f(ref s);", "")]
    [TestCase("class C { private C() { } public static int One() => 1; }", "C.One();", "")]
    public void The_compiler_and_a_serializer_use_members_too(string members, string main, string finds) =>
        Assert.That(Find(members, main), Is.EqualTo(finds));

    [TestCase("class C { internal int Window => Deep; private int Deep => 1; }", "new C();", "")]
    [TestCase("class C { internal int Window() => 1; }", "new C();", "")]
    [TestCase("class C { public int Open => 1; }", "new C();", "P/C.Open is never read")]
    [TestCase("class C { internal int Given(int x) => x; }", "new C();", "P/C.Given")]
    [TestCase("class C { internal int Other => 1; }", "new C();", "P/C.Other is never read")]
    public void A_test_may_look_at_state_through_an_internal_member_without_parameters(string members, string main, string finds) =>
        Assert.That(Find(members, main), Is.EqualTo(finds));

    [TestCase("class C { const int Used = 1; const int Dead = 2; int x = Used; }", "C.Dead")]
    [TestCase("enum E { None, Used, Dead } class C { E x = E.Used; }", "E.Dead")]
    [TestCase("enum E { None, A, B, Both = A | B } class C { N.E x = N.E.Both; }", "")]
    [TestCase("enum E { None, Dead } enum F { None, Dead } class C { F x = F.Dead; }", "E.Dead")]
    [TestCase("enum E : byte { None, Sent }", "")]
    [TestCase("[XmlType] enum E { None, Sent }", "")]
    [TestCase("enum E { None, Named } class C { string[] names = System.Enum.GetNames<E>(); }", "")]
    [TestCase("enum E { None, Dead } /// <summary><see cref=\"E.Dead\"/></summary>\nclass C;", "E.Dead")]
    public void A_constant_that_no_source_names_is_found(string source, string finds) =>
        Assert.That(string.Join('|', UnusedConstants.In([source])), Is.EqualTo(finds));

    private static string Find(string members, string main)
    {
        using var program = Compile(members, main);
        return string.Join('|', UnusedMembers.In([program], s_tests));
    }

    private static MemoryStream Compile(string members, string main)
    {
        var source = $"class P {{ static void Main() {{ {main} }} {members} }}";
        var image = new MemoryStream();
        var result = CSharpCompilation.Create("Sample", [CSharpSyntaxTree.ParseText(source)], s_framework.Value, s_options).Emit(image);
        Assert.That(result.Success, Is.True, string.Join('\n', result.Diagnostics));
        image.Position = 0;
        return image;
    }
}
