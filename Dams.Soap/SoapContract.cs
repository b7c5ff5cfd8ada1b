using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;
using System.ServiceModel;
using System.Xml;
using System.Xml.Schema;
using System.Xml.Serialization;

namespace Dams.Soap;

/// <summary>
/// An interface with <c>System.ServiceModel</c> attributes, joined with its WSDL. Both are read once, at startup. If they disagree,
/// they are rejected then.
/// </summary>
internal sealed class SoapContract
{
    private readonly Dictionary<string, SoapOperation> _operations = new(StringComparer.Ordinal);
    private readonly Dictionary<Type, XmlSerializer> _faultSerializers = [];

    private SoapContract(WsdlDocument wsdl, string targetNamespace)
    {
        Wsdl = wsdl;
        Namespace = targetNamespace;
    }

    public WsdlDocument Wsdl { get; }

    /// <summary>The namespace of the service contract.</summary>
    public string Namespace { get; }

    public IReadOnlyCollection<SoapOperation> Operations => _operations.Values;

    /// <summary>Reads the attributes of an interface and checks them against the WSDL.</summary>
    /// <exception cref="InvalidOperationException">
    /// They contradict each other, or use something that this host does not support.
    /// </exception>
    public static SoapContract Of(Type contract, string wsdlText)
    {
        var wsdl = new WsdlDocument(wsdlText);
        var service = contract.GetCustomAttribute<ServiceContractAttribute>()
            ?? throw new InvalidOperationException($"{contract.Name} has no [ServiceContract]");
        var format = contract.GetCustomAttribute<XmlSerializerFormatAttribute>()
            ?? throw new InvalidOperationException($"{contract.Name} has no [XmlSerializerFormat]");
        var isRpc = format.Style == OperationFormatStyle.Rpc;
        if (format.Use != OperationFormatUse.Literal || isRpc != wsdl.IsRpc || service.Namespace != wsdl.TargetNamespace)
            throw new InvalidOperationException($"{contract.Name} and its WSDL differ in style or namespace");
        var read = new SoapContract(wsdl, wsdl.TargetNamespace);

        var methods = contract.GetInterfaces().Prepend(contract).SelectMany(type => type.GetMethods())
            .Select(method => (Method: method, Operation: method.GetCustomAttribute<OperationContractAttribute>()))
            .Where(pair => pair.Operation is not null)
            .Select(pair => (pair.Method, Name: NameOf(pair.Operation!, pair.Method), Operation: pair.Operation!))
            .ToList();
        var missing = wsdl.Operations.Keys.Except(methods.Select(method => method.Name))
            .Concat(methods.Select(method => method.Name).Except(wsdl.Operations.Keys))
            .ToList();
        if (missing.Count > 0)
            throw new InvalidOperationException($"{contract.Name} and its WSDL have different operations: {string.Join(", ", missing)}");

        // One generated assembly serves all types of the contract, because making one for each type takes seconds.
        var importer = new XmlReflectionImporter(read.Namespace);
        var mappings = new List<XmlMapping>();
        var faults = new Dictionary<Type, int>();
        foreach (var (method, name, _) in methods)
        {
            var answer = importer.ImportMembersMapping(
                name + "Response",
                read.Namespace,
                MembersOf(method, name, isRpc ? "" : read.Namespace),
                hasWrapperElement: true,
                rpc: false);
            answer.SetKey($"{contract.FullName}.{name}");
            mappings.Add(answer);
        }

        foreach (var (method, _, _) in methods)
        {
            foreach (var fault in method.GetCustomAttributes<FaultContractAttribute>())
            {
                if (faults.TryAdd(fault.DetailType, mappings.Count))
                {
                    mappings.Add(importer.ImportTypeMapping(
                        fault.DetailType,
                        new XmlRootAttribute(fault.Name ?? fault.DetailType.Name) { Namespace = fault.Namespace ?? read.Namespace }));
                }
            }
        }

        var made = XmlSerializer.FromMappings([.. mappings], contract);
        foreach (var (type, index) in faults)
            read._faultSerializers[type] = made[index]!;
        foreach (var (index, (method, name, operation)) in methods.Index())
        {
            read._operations.Add(name, new SoapOperation
            {
                Name = name,
                Namespace = read.Namespace,
                Action = operation.Action ?? "",
                OtherActions = OtherActionsOf(name, read.Namespace, service.Name ?? contract.Name),
                Documentation = wsdl.Operations[name],
                Parameters = ParametersOf(method, name, wsdl),
                ParameterNamespace = isRpc ? "" : read.Namespace,
                HasResult = ResultTypeOf(method) is not null,
                AnswerSerializer = made[index]!,
                Invoke = InvokerOf(method),
            });
        }

        return read;
    }

    /// <summary>Finds the operation of a request's wrapper element.</summary>
    public bool TryFind(string name, string elementNamespace, [NotNullWhen(true)] out SoapOperation? operation)
    {
        operation = null;
        return elementNamespace == Namespace && _operations.TryGetValue(name, out operation);
    }

    /// <summary>The serializer of a fault's detail; null if no operation declares that type.</summary>
    public XmlSerializer? FaultSerializer(Type detail) => _faultSerializers.GetValueOrDefault(detail);

    private static string NameOf(OperationContractAttribute operation, MethodInfo method) => operation.Name
        ?? (method.Name.EndsWith("Async", StringComparison.Ordinal) ? method.Name[..^"Async".Length] : method.Name);

    // The content of the answer's wrapper: the result, if there is one.
    private static XmlReflectionMember[] MembersOf(MethodInfo method, string operation, string elementNamespace)
    {
        if (ResultTypeOf(method) is not { } type)
            return [];
        var name = method.ReturnParameter.GetCustomAttribute<MessageParameterAttribute>()?.Name ?? operation + "Result";
        var attributes = new XmlAttributes();
        attributes.XmlElements.Add(elementNamespace.Length == 0
            ? new XmlElementAttribute(name) { Form = XmlSchemaForm.Unqualified }
            : new XmlElementAttribute(name) { Namespace = elementNamespace });
        return [new XmlReflectionMember { MemberName = name, MemberType = type, XmlAttributes = attributes }];
    }

    private static Type? ResultTypeOf(MethodInfo method)
    {
        if (method.ReturnType == typeof(Task))
            return null;
        if (method.ReturnType.IsGenericType && method.ReturnType.GetGenericTypeDefinition() == typeof(Task<>))
            return method.ReturnType.GetGenericArguments()[0];
        throw new InvalidOperationException($"{method.Name} does not return a Task");
    }

    private static FrozenSet<string> OtherActionsOf(string operation, string contractNamespace, string portType) => FrozenSet.Create(
        operation,
        "urn:" + operation,
        contractNamespace + operation,
        $"{contractNamespace}#{operation}",
        $"{contractNamespace}/{operation}",
        $"{contractNamespace}:{operation}",
        $"{contractNamespace}/{portType}/{operation}",
        $"{contractNamespace}/{portType}/{operation}Request");

    private static SoapParameter[] ParametersOf(MethodInfo method, string operation, WsdlDocument wsdl)
    {
        var element = wsdl.Schemas.GlobalElements[new XmlQualifiedName(operation, wsdl.TargetNamespace)] as XmlSchemaElement
            ?? throw new InvalidOperationException($"the schema has no element for {operation}");
        var particles = (element.ElementSchemaType as XmlSchemaComplexType)?.ContentTypeParticle switch
        {
            XmlSchemaSequence sequence => sequence.Items.Cast<XmlSchemaElement>().ToArray(),
            _ => [],
        };
        var parameters = method.GetParameters();
        if (parameters.Length != particles.Length)
        {
            throw new InvalidOperationException(
                $"{operation} has {particles.Length} elements in the schema and {parameters.Length} parameters");
        }

        return [.. parameters.Select((parameter, i) => SoapParameter.Of(
            operation, parameter.GetCustomAttribute<MessageParameterAttribute>()?.Name ?? parameter.Name!, parameter, particles[i]))];
    }

    private static Func<object, object?[], ValueTask<object?>> InvokerOf(MethodInfo method)
    {
        var target = Expression.Parameter(typeof(object));
        var arguments = Expression.Parameter(typeof(object?[]));
        var call = Expression.Call(
            Expression.Convert(target, method.DeclaringType!),
            method,
            method.GetParameters().Select((parameter, i) =>
                Expression.Convert(Expression.ArrayIndex(arguments, Expression.Constant(i)), parameter.ParameterType)));
        var wrap = ResultTypeOf(method) is { } type
            ? typeof(SoapContract).GetMethod(nameof(Result), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type)
            : typeof(SoapContract).GetMethod(nameof(NoResult), BindingFlags.NonPublic | BindingFlags.Static)!;
        return Expression.Lambda<Func<object, object?[], ValueTask<object?>>>(Expression.Call(wrap, call), target, arguments).Compile();
    }

    private static async ValueTask<object?> Result<T>(Task<T> task) => await task.ConfigureAwait(false);

    private static async ValueTask<object?> NoResult(Task task)
    {
        await task.ConfigureAwait(false);
        return null;
    }
}
