using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Dams.Tests.Tidy.Unused;

/// <summary>Reads what an assembly defines, and what each of its types and members uses.</summary>
internal sealed class CodeReader
{
    /// <summary>A call of the base's constructor and a return; besides, one instruction that a debugger stops at.</summary>
    private const int BareBytesMax = 8;

    private readonly PEReader _image;
    private readonly MetadataReader _metadata;
    private readonly MemberNames _names;
    private readonly Dictionary<MethodDefinitionHandle, CodeMember> _methods = [];

    private CodeReader(PEReader image)
    {
        _image = image;
        _metadata = image.GetMetadataReader();
        _names = new MemberNames(_metadata);
    }

    /// <summary>The types of an assembly, and the names of what is used whatever happens: the entry point and attributes.</summary>
    public static (IReadOnlyList<CodeType> Types, IReadOnlyCollection<string> Roots) Read(Stream assembly)
    {
        using var image = new PEReader(assembly);
        var reader = new CodeReader(image);
        var types = reader._metadata.TypeDefinitions.Select(reader.ReadType).ToList();
        foreach (var type in reader._metadata.TypeDefinitions)
            reader.MarkImplementations(type);
        return (types, reader.Roots());
    }

    private HashSet<string> Roots()
    {
        var roots = new HashSet<string> { _names.Module };
        var entry = MetadataTokens.EntityHandle(_image.PEHeaders.CorHeader!.EntryPointTokenOrRelativeVirtualAddress);
        if (!entry.IsNil)
            roots.Add(_methods[(MethodDefinitionHandle)entry].Key);
        AddAttributes(_metadata.GetAssemblyDefinition().GetCustomAttributes(), roots);
        return roots;
    }

    private CodeType ReadType(TypeDefinitionHandle handle)
    {
        var definition = _metadata.GetTypeDefinition(handle);
        var owner = definition.GetDeclaringType();
        var type = new CodeType(_names.Of(handle), owner.IsNil ? null : _names.Of(owner))
        {
            Base = definition.BaseType.IsNil ? "" : MemberNames.Plain(_names.TypesIn(definition.BaseType)[0]),
        };
        type.Attributes.AddRange(AddAttributes(definition.GetCustomAttributes(), type.Uses));
        AddTypes(definition.BaseType, type.Uses);
        foreach (var implemented in definition.GetInterfaceImplementations())
            AddTypes(_metadata.GetInterfaceImplementation(implemented).Interface, type.Uses);
        AddConstraints(definition.GetGenericParameters(), type.Uses);
        foreach (var property in definition.GetProperties())
            AddAttributes(_metadata.GetPropertyDefinition(property).GetCustomAttributes(), type.Uses);
        type.Members.AddRange(definition.GetFields().Select(field => ReadField(field, type)).OfType<CodeMember>());
        type.Members.AddRange(definition.GetMethods().Select(method => ReadMethod(method, type)));
        return type;
    }

    // Constants have no field at run time. UnusedConstants look for them.
    private CodeMember? ReadField(FieldDefinitionHandle handle, CodeType owner)
    {
        var field = _metadata.GetFieldDefinition(handle);
        if (field.Attributes.HasFlag(FieldAttributes.Literal))
        {
            owner.HasConstants |= owner.Base != "System.Enum";
            return null;
        }

        var name = _metadata.GetString(field.Name);
        var uses = new HashSet<string>(field.DecodeSignature(_names, null));
        var attributes = AddAttributes(field.GetCustomAttributes(), uses);
        var member = new CodeMember(MemberNames.Field(owner.Name, name), name, owner)
        {
            IsField = true,
            IsGenerated = IsGenerated(attributes) || field.Attributes.HasFlag(FieldAttributes.RTSpecialName),
        };
        member.Uses.UnionWith(uses);
        return member;
    }

    private CodeMember ReadMethod(MethodDefinitionHandle handle, CodeType owner)
    {
        var method = _metadata.GetMethodDefinition(handle);
        var signature = method.DecodeSignature(_names, null);
        var name = _metadata.GetString(method.Name);
        var uses = new HashSet<string>([.. signature.ParameterTypes.SelectMany(types => types), .. signature.ReturnType]);
        var attributes = AddAttributes(method.GetCustomAttributes(), uses);
        var member = new CodeMember(MemberNames.Method(owner.Name, name, signature), name, owner)
        {
            IsPrivate = (method.Attributes & MethodAttributes.MemberAccessMask) == MethodAttributes.Private,
            IsInternal = (method.Attributes & MethodAttributes.MemberAccessMask) == MethodAttributes.Assembly,
            IsWithoutParameters = signature.ParameterTypes.IsEmpty,
            HasResult = signature.ReturnType is not [nameof(PrimitiveTypeCode.Void)],
            IsForeign = method.Attributes.HasFlag(MethodAttributes.PinvokeImpl),
            IsInit = IsInit(method),
            IsGenerated = IsGenerated(attributes),
            // An override has no slot of its own. In C#, an implementation of an interface is final, unless it is virtual itself.
            IsImplementation = method.Attributes.HasFlag(MethodAttributes.Virtual)
                && (!method.Attributes.HasFlag(MethodAttributes.NewSlot) || method.Attributes.HasFlag(MethodAttributes.Final)),
        };
        AddConstraints(method.GetGenericParameters(), uses);
        member.Uses.UnionWith(uses);
        if (method.RelativeVirtualAddress != 0)
            AddBody(_image.GetMethodBody(method.RelativeVirtualAddress), member);
        _methods.Add(handle, member);
        return member;
    }

    private void MarkImplementations(TypeDefinitionHandle type)
    {
        foreach (var handle in _metadata.GetTypeDefinition(type).GetMethodImplementations())
        {
            if (_metadata.GetMethodImplementation(handle).MethodBody is { Kind: HandleKind.MethodDefinition } body)
                _methods[(MethodDefinitionHandle)body].IsImplementation = true;
        }
    }

    private bool IsInit(MethodDefinition method)
    {
        var signature = _metadata.GetBlobReader(method.Signature);
        var header = signature.ReadSignatureHeader();
        if (header.IsGeneric)
            signature.ReadCompressedInteger();
        signature.ReadCompressedInteger();
        return signature.ReadSignatureTypeCode() == SignatureTypeCode.RequiredModifier;
    }

    private static bool IsGenerated(List<string> attributes) => attributes.Exists(name =>
        name is "System.Runtime.CompilerServices.CompilerGeneratedAttribute" or "System.CodeDom.Compiler.GeneratedCodeAttribute");

    private void AddBody(MethodBodyBlock body, CodeMember member)
    {
        var il = body.GetILReader();
        member.IsBare = il.Length <= BareBytesMax;
        var references = IlReferences.Of(il);
        for (var i = 0; i < references.Count; i++)
        {
            var (handle, isStore, _) = references[i];
            if (handle.Kind == HandleKind.UserString)
                member.Texts.Add(_metadata.GetUserString((UserStringHandle)handle));
            else if (i + 1 == references.Count || !IsCount(references[i], references[i + 1]))
                AddReference((EntityHandle)handle, isStore, member.Uses);
        }

        foreach (var region in body.ExceptionRegions)
            AddTypes(region.CatchType, member.Uses);
        if (body.LocalSignature.IsNil)
            return;
        var locals = _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_names, null);
        member.Uses.UnionWith(locals.SelectMany(types => types));
    }

    // To count is no use: a counter is there to be read.
    private bool IsCount(IlReference read, IlReference write)
    {
        if (!write.IsSum)
            return false;
        if (write.IsStore)
            return !read.IsStore && read.Handle == write.Handle;
        return NameOf(read.Handle) is { } before && NameOf(write.Handle) is { } after && before.Owner == after.Owner
            && after.Name.StartsWith("set_", StringComparison.Ordinal) && before.Name == $"get_{after.Name[4..]}";
    }

    private (EntityHandle Owner, string Name)? NameOf(Handle handle)
    {
        if (handle.Kind == HandleKind.MethodDefinition)
        {
            var method = _metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
            return (method.GetDeclaringType(), _metadata.GetString(method.Name));
        }

        if (handle.Kind != HandleKind.MemberReference)
            return null;
        var member = _metadata.GetMemberReference((MemberReferenceHandle)handle);
        return (member.Parent, _metadata.GetString(member.Name));
    }

    private void AddReference(EntityHandle handle, bool isStore, HashSet<string> uses)
    {
        switch (handle.Kind)
        {
            case HandleKind.MethodDefinition:
                var method = _metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                uses.Add(MemberNames.Method(
                    _names.Of(method.GetDeclaringType()), _metadata.GetString(method.Name), method.DecodeSignature(_names, null)));
                break;
            case HandleKind.MethodSpecification:
                var generic = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                uses.UnionWith(generic.DecodeSignature(_names, null).SelectMany(types => types));
                AddReference(generic.Method, isStore, uses);
                break;
            case HandleKind.FieldDefinition:
                var field = _metadata.GetFieldDefinition((FieldDefinitionHandle)handle);
                AddField(_names.Of(field.GetDeclaringType()), _metadata.GetString(field.Name), isStore, uses);
                break;
            case HandleKind.MemberReference:
                AddMember(_metadata.GetMemberReference((MemberReferenceHandle)handle), isStore, uses);
                break;
            default:
                AddTypes(handle, uses);
                break;
        }
    }

    private void AddMember(MemberReference member, bool isStore, HashSet<string> uses)
    {
        var types = _names.TypesIn(member.Parent);
        if (types.IsEmpty)
            return;
        uses.UnionWith(types);
        var name = _metadata.GetString(member.Name);
        if (member.GetKind() == MemberReferenceKind.Method)
            uses.Add(MemberNames.Method(types[0], name, member.DecodeMethodSignature(_names, null)));
        else
            AddField(types[0], name, isStore, uses);
    }

    // A value that is stored and never read is not used.
    private static void AddField(string owner, string name, bool isStore, HashSet<string> uses) =>
        uses.Add(isStore ? owner : MemberNames.Field(owner, name));

    private void AddTypes(EntityHandle handle, HashSet<string> uses)
    {
        if (!handle.IsNil)
            uses.UnionWith(_names.TypesIn(handle));
    }

    private void AddConstraints(GenericParameterHandleCollection parameters, HashSet<string> uses)
    {
        foreach (var constraint in parameters.SelectMany(handle => _metadata.GetGenericParameter(handle).GetConstraints()))
            AddTypes(_metadata.GetGenericParameterConstraint(constraint).Type, uses);
    }

    private List<string> AddAttributes(CustomAttributeHandleCollection handles, HashSet<string> uses)
    {
        var names = new List<string>();
        foreach (var attribute in handles.Select(_metadata.GetCustomAttribute))
        {
            AddReference(attribute.Constructor, false, uses);
            names.Add(MemberNames.Plain(attribute.Constructor.Kind == HandleKind.MethodDefinition
                ? _names.Of(_metadata.GetMethodDefinition((MethodDefinitionHandle)attribute.Constructor).GetDeclaringType())
                : _names.TypesIn(_metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent)[0]));
            var arguments = attribute.DecodeValue(_names);
            foreach (var value in arguments.FixedArguments.Select(argument => argument.Value)
                .Concat(arguments.NamedArguments.Select(argument => argument.Value)))
            {
                if (value is ImmutableList<string> types)
                    uses.UnionWith(types);
            }
        }

        return names;
    }
}
