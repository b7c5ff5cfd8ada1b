using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace Dams.Tests.Tidy.Unused;

/// <summary>
/// Names types and members in such a way that a definition and its uses in other assemblies have the same name. A
/// signature is a list of the types in it. Programs have types of the same name, so a name begins with the assembly.
/// </summary>
internal sealed class MemberNames(MetadataReader metadata) :
    ISignatureTypeProvider<ImmutableList<string>, object?>, ICustomAttributeTypeProvider<ImmutableList<string>>
{
    private readonly string _assembly = metadata.GetString(metadata.GetAssemblyDefinition().Name);

    /// <summary>The name of the type that holds what has no type.</summary>
    public string Module => $"{_assembly}:.<Module>";

    /// <summary>A name as a reader of the sources knows it: without the assembly.</summary>
    public static string Plain(string name) => name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..].TrimStart('.');

    /// <summary>The full name of a type, with a slash before a nested one.</summary>
    public string Of(TypeDefinitionHandle handle)
    {
        var type = metadata.GetTypeDefinition(handle);
        var name = metadata.GetString(type.Name);
        return type.GetDeclaringType() is { IsNil: false } owner
            ? $"{Of(owner)}/{name}"
            : $"{_assembly}:{metadata.GetString(type.Namespace)}.{name}";
    }

    /// <summary>The types that a handle of any kind of type names. The type itself is the first one.</summary>
    public ImmutableList<string> TypesIn(EntityHandle handle) => handle.Kind switch
    {
        HandleKind.TypeDefinition => [Of((TypeDefinitionHandle)handle)],
        HandleKind.TypeReference => [Of((TypeReferenceHandle)handle)],
        HandleKind.TypeSpecification =>
            metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null),
        _ => [],
    };

    /// <summary>The name of a method: overloads differ in their parameters.</summary>
    public static string Method(string owner, string name, MethodSignature<ImmutableList<string>> signature)
    {
        var types = signature.ParameterTypes.Append(signature.ReturnType).Select(part => string.Join(' ', part));
        return $"{owner}::{name}`{signature.GenericParameterCount}({string.Join("; ", types)})";
    }

    /// <summary>The name of a field.</summary>
    public static string Field(string owner, string name) => $"{owner}::{name}";

    private string Of(TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        var name = metadata.GetString(type.Name);
        if (type.ResolutionScope.Kind == HandleKind.TypeReference)
            return $"{Of((TypeReferenceHandle)type.ResolutionScope)}/{name}";
        var assembly = type.ResolutionScope.Kind == HandleKind.AssemblyReference
            ? metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name)
            : _assembly;
        return $"{assembly}:{metadata.GetString(type.Namespace)}.{name}";
    }

    public ImmutableList<string> GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) =>
        [Of(handle)];

    public ImmutableList<string> GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => [Of(handle)];

    public ImmutableList<string> GetTypeFromSpecification(
        MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) => TypesIn(handle);

    public ImmutableList<string> GetPrimitiveType(PrimitiveTypeCode typeCode) => [typeCode.ToString()];

    public ImmutableList<string> GetGenericInstantiation(
        ImmutableList<string> genericType, ImmutableArray<ImmutableList<string>> typeArguments) =>
        [.. genericType, .. typeArguments.SelectMany(types => types)];

    public ImmutableList<string> GetGenericTypeParameter(object? genericContext, int index) => [$"!{index}"];

    public ImmutableList<string> GetGenericMethodParameter(object? genericContext, int index) => [$"!!{index}"];

    public ImmutableList<string> GetArrayType(ImmutableList<string> elementType, ArrayShape shape) => elementType.Add("[,]");

    public ImmutableList<string> GetSZArrayType(ImmutableList<string> elementType) => elementType.Add("[]");

    public ImmutableList<string> GetByReferenceType(ImmutableList<string> elementType) => elementType.Add("&");

    public ImmutableList<string> GetPointerType(ImmutableList<string> elementType) => elementType.Add("*");

    public ImmutableList<string> GetPinnedType(ImmutableList<string> elementType) => elementType;

    public ImmutableList<string> GetModifiedType(
        ImmutableList<string> modifier, ImmutableList<string> unmodifiedType, bool isRequired) => unmodifiedType;

    public ImmutableList<string> GetFunctionPointerType(MethodSignature<ImmutableList<string>> signature) =>
        [.. signature.ParameterTypes.SelectMany(types => types), .. signature.ReturnType];

    public ImmutableList<string> GetSystemType() => ["System.Runtime:System.Type"];

    public bool IsSystemType(ImmutableList<string> type) => type is [var name] && Plain(name) == "System.Type";

    public ImmutableList<string> GetTypeFromSerializedName(string name)
    {
        var parts = name.Split(',', StringSplitOptions.TrimEntries);
        return [$"{(parts.Length > 1 ? parts[1] : _assembly)}:{parts[0].Replace('+', '/')}"];
    }

    public PrimitiveTypeCode GetUnderlyingEnumType(ImmutableList<string> type) => PrimitiveTypeCode.Int32;
}
