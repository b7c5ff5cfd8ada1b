namespace Dams.Tests.Tidy.Unused;

/// <summary>
/// Finds the types and members that no program needs. It begins with the entry points, and follows all uses from there.
/// A type that is used needs its implementations of interfaces, its overrides, and what a serializer sets and reads. A
/// test may look at state through a window: an internal member without parameters and setter that returns something.
/// </summary>
internal sealed class UnusedMembers
{
    private const string JsonContext = "System.Text.Json.Serialization.JsonSerializerContext";

    /// <summary>A type with one of these is filled and read by reflection.</summary>
    private static readonly string[] s_serialized =
    [
        "System.Xml.Serialization.XmlTypeAttribute", "System.Xml.Serialization.XmlRootAttribute",
        "System.Runtime.Serialization.DataContractAttribute", "System.ServiceModel.MessageContractAttribute",
        "System.ServiceModel.ServiceContractAttribute", "System.Runtime.CompilerServices.InlineArrayAttribute",
    ];

    private readonly Dictionary<string, CodeType> _types;
    private readonly Dictionary<string, CodeMember> _members;
    private readonly HashSet<string> _used = [];
    private readonly Queue<string> _open = [];

    private UnusedMembers(IReadOnlyList<CodeType> types, IEnumerable<string> roots, IReadOnlySet<string> namedByTests)
    {
        _types = types.ToDictionary(type => type.Name);
        _members = _types.Values.SelectMany(type => type.Members).ToDictionary(member => member.Key);
        Use(roots);
        Use(_members.Values.Where(member => IsWindow(member) && namedByTests.Contains(NameOf(member))).Select(member => member.Key));
        while (_open.TryDequeue(out var name))
            Follow(name);
    }

    /// <summary>The members of these assemblies that no program needs. A type stands for all its members.</summary>
    /// <param name="assemblies">All assemblies of the programs.</param>
    /// <param name="namedByTests">The names in the sources of the tests.</param>
    public static IReadOnlyList<string> In(IEnumerable<Stream> assemblies, IReadOnlySet<string> namedByTests)
    {
        var code = assemblies.Select(CodeReader.Read).ToList();
        var unused = new UnusedMembers([.. code.SelectMany(part => part.Types)], code.SelectMany(part => part.Roots), namedByTests);
        return [.. unused.Find().Order(StringComparer.Ordinal)];
    }

    private void Use(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            if ((_types.ContainsKey(name) || _members.ContainsKey(name)) && _used.Add(name))
                _open.Enqueue(name);
        }
    }

    private void Follow(string name)
    {
        if (_members.TryGetValue(name, out var member))
        {
            Use(member.Uses);
            Use([member.Owner.Name]);
            Use(member.Owner.Members.Where(own => member.Texts.Contains(own.Name)).Select(own => own.Key));
            if (member.IsForeign)
                Use(FieldsOf(member.Uses));
            return;
        }

        var type = _types[name];
        Use(type.Uses);
        if (type.Owner is { } owner)
            Use([owner]);
        var isSerialized = type.Attributes.Exists(s_serialized.Contains);
        Use(type.Members.Where(own => isSerialized || IsNeeded(own)).Select(own => own.Key));
    }

    private IEnumerable<string> FieldsOf(IEnumerable<string> types) =>
        types.Where(_types.ContainsKey).SelectMany(type => _types[type].Members).Where(own => own.IsField).Select(own => own.Key);

    // The equality of a record and its text, which the compiler writes, use all that the record has: that is no use.
    private static bool IsNeeded(CodeMember member) =>
        member.Name == ".cctor" || (member.IsImplementation && !(member.IsGenerated && member.Owner.IsRecordClass && !IsAccessor(member)));

    private IEnumerable<string> Find()
    {
        foreach (var type in _types.Values.Where(type => !IsGenerated(type)))
        {
            if (!_used.Contains(type.Name) && !type.HasConstants)
            {
                if (type.Owner is null || _used.Contains(type.Owner))
                    yield return MemberNames.Plain(type.Name);
                continue;
            }

            foreach (var member in type.Members.Where(IsUnused))
                yield return $"{MemberNames.Plain(type.Name)}.{TextOf(member)}";
        }
    }

    private bool IsGenerated(CodeType type) =>
        type.Name.Contains('<', StringComparison.Ordinal)
        || type.Attributes.Contains("System.Runtime.CompilerServices.CompilerGeneratedAttribute")
        || type.Attributes.Contains("Microsoft.CodeAnalysis.EmbeddedAttribute")
        || type.Base is JsonContext or "System.MulticastDelegate"
        || (type.Owner is { } owner && _types[owner] is { } outer && IsGenerated(outer));

    private bool IsUnused(CodeMember member)
    {
        if (_used.Contains(member.Key) || member.Name.Contains('<', StringComparison.Ordinal))
            return false;
        if (IsAccessor(member))
            return member.Name.Split('_')[0] switch
            {
                "get" => member.Name != "get_EqualityContract" && !_used.Contains(BackingField(member)),
                "set" => !member.IsInit && IsRead(member),
                "add" => true,
                _ => false,
            };
        if (member.IsGenerated || IsPairOfUsed(member))
            return false;
        return member.Name != ".ctor" || !IsConstructorToIgnore(member);
    }

    private bool IsRead(CodeMember setter) =>
        setter.Owner.Members.Exists(member => member.Name == $"get_{setter.Name[4..]}" && _used.Contains(member.Key));

    // The compiler writes a bare one, and a private one without parameters says that nobody shall make the object.
    private static bool IsConstructorToIgnore(CodeMember member) => member.IsWithoutParameters && (member.IsPrivate || member.IsBare);

    private static bool IsWindow(CodeMember member) =>
        member is { IsInternal: true, IsField: false, IsWithoutParameters: true, HasResult: true }
        && !member.Owner.Members.Exists(other => other.Name == $"set_{NameOf(member)}");

    private static string NameOf(CodeMember member) => IsAccessor(member) ? member.Name.Split('_', 2)[1] : member.Name;

    private static string BackingField(CodeMember accessor) =>
        MemberNames.Field(accessor.Owner.Name, $"<{NameOf(accessor)}>k__BackingField");

    // C# demands both of a pair of operators, and CA1036 all of a type that has an order.
    private bool IsPairOfUsed(CodeMember member)
    {
        var pair = member.Name switch
        {
            "op_LessThan" => "op_GreaterThan",
            "op_GreaterThan" => "op_LessThan",
            "op_LessThanOrEqual" => "op_GreaterThanOrEqual",
            "op_GreaterThanOrEqual" => "op_LessThanOrEqual",
            _ => null,
        };
        return pair is not null
            && (member.Owner.Uses.Any(used => MemberNames.Plain(used) == "System.IComparable`1")
                || member.Owner.Members.Exists(other => other.Name == pair && _used.Contains(other.Key)));
    }

    private static bool IsAccessor(CodeMember member) => member.Name.Split('_') is ["get" or "set" or "add" or "remove", _, ..];

    private static string TextOf(CodeMember member) => member.Name.Split('_', 2) switch
    {
        ["get", var property] => $"{property} is never read",
        ["set", var property] => $"{property} is never set",
        ["add", var happening] => $"{happening} is never listened to",
        _ when member.IsField => $"{member.Name} is never read",
        _ => member.Name,
    };
}
