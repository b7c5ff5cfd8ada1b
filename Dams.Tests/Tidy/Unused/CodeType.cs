namespace Dams.Tests.Tidy.Unused;

/// <summary>A type that production code defines, and the names of the types that it needs to exist.</summary>
internal sealed class CodeType(string name, string? owner)
{
    /// <summary>The full name.</summary>
    public string Name { get; } = name;

    /// <summary>The type that it is nested in, if there is one.</summary>
    public string? Owner { get; } = owner;

    /// <summary>Whether it is a record class. A record struct is a value, which is compared and found by all its parts.</summary>
    public bool IsRecordClass => Members.Exists(member => member.Name == "<Clone>$");

    /// <summary>Whether it declares constants. Their uses don't name the type.</summary>
    public bool HasConstants { get; set; }

    /// <summary>The base type, without its assembly.</summary>
    public string Base { get; set; } = "";

    /// <summary>The names of its attributes, without their assemblies.</summary>
    public List<string> Attributes { get; } = [];

    /// <summary>The base type, interfaces, constraints, and what the attributes use.</summary>
    public HashSet<string> Uses { get; } = [];

    /// <summary>The methods and fields.</summary>
    public List<CodeMember> Members { get; } = [];
}

/// <summary>A method or a field that production code defines, and the names of what it uses.</summary>
internal sealed class CodeMember(string key, string name, CodeType owner)
{
    /// <summary>The name that its uses have as well.</summary>
    public string Key { get; } = key;

    /// <summary>The name in the source, or a name of the compiler.</summary>
    public string Name { get; } = name;

    /// <summary>The type that it belongs to.</summary>
    public CodeType Owner { get; } = owner;

    /// <summary>Whether it is a field.</summary>
    public bool IsField { get; init; }

    /// <summary>Whether it is private.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>Whether it is internal.</summary>
    public bool IsInternal { get; init; }

    /// <summary>Whether it has no parameters.</summary>
    public bool IsWithoutParameters { get; init; }

    /// <summary>Whether it returns something.</summary>
    public bool HasResult { get; init; }

    /// <summary>Whether it is a function of the system, which reads and writes the fields of its parameters.</summary>
    public bool IsForeign { get; init; }

    /// <summary>Whether its code does nothing: the compiler writes such a constructor.</summary>
    public bool IsBare { get; set; }

    /// <summary>Whether it sets a property during initialization only.</summary>
    public bool IsInit { get; init; }

    /// <summary>Whether something outside may call it through a base type or an interface.</summary>
    public bool IsImplementation { get; set; }

    /// <summary>Whether the compiler or a generator has written it.</summary>
    public bool IsGenerated { get; init; }

    /// <summary>The types and members in its signature, its attributes and its body.</summary>
    public HashSet<string> Uses { get; } = [];

    /// <summary>The texts in its body. One that is the name of a member finds that member by reflection.</summary>
    public HashSet<string> Texts { get; } = [];
}
