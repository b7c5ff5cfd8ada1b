using System.Reflection;
using CsCheck;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;

namespace Dams.Tests.Contracts;

/// <summary>
/// An operation of the service, found by reflection. A new command of the domain is an operation, whoever forgets it elsewhere.
/// </summary>
/// <param name="Command">The type of its command.</param>
/// <param name="Reply">The type of its reply, as the command's base class says.</param>
internal sealed record Operation(Type Command, Type Reply)
{
    private const int Values = 5_000;

    /// <summary>Every operation.</summary>
    public static IReadOnlyList<Operation> All { get; } =
        [.. TypesOf<Command>().Select(command => new Operation(command, ReplyOf(command)))];

    /// <summary>Every type of reply: one for each operation, and the refusal.</summary>
    public static IReadOnlyList<Type> AllReplies { get; } = [.. TypesOf<Reply>()];

    private static ILookup<Type, Command> GeneratedCommands { get; } = Generate(ContractValues.Commands);

    private static ILookup<Type, Reply> GeneratedReplies { get; } = Generate(ContractValues.Replies);

    /// <summary>The name of the operation: in SOAP, on the page, and of the command's type.</summary>
    public string Name => Command.Name;

    /// <summary>Many different commands of the operation. Most callers may not call it.</summary>
    public IReadOnlyList<Command> Commands => Required(
        GeneratedCommands[Command], $"ContractValues.Commands makes no {Name}: add a generator (Dams.Tests/Contracts/ContractValues.cs)");

    /// <summary>Many different replies of the operation.</summary>
    public IReadOnlyList<Reply> Replies => RepliesOf(Reply);

    /// <summary>The operation's method of the SOAP interface.</summary>
    public MethodInfo Method => typeof(IAppointmentService).GetMethod(Name + "Async")
        ?? throw new AssertionException($"IAppointmentService has no {Name}Async (Dams.Contracts/Soap/IAppointmentService.cs)");

    /// <summary>The result of <see cref="Method"/>.</summary>
    public Type Result => Method.ReturnType.GenericTypeArguments.SingleOrDefault()
        ?? throw new AssertionException($"IAppointmentService.{Method.Name} returns no Task<{Name}Result>");

    /// <summary>The names of its outcomes, as the result has them. A read has one.</summary>
    public IReadOnlyList<string> Outcomes => Enum.GetNames(Result.GetProperty("Outcome")?.PropertyType
        ?? throw new AssertionException($"{Result.Name} has no Outcome (Dams.Contracts/Soap/AppointmentResults.cs)"));

    /// <summary>Many different replies of a type.</summary>
    public static IReadOnlyList<Reply> RepliesOf(Type reply) => Required(
        GeneratedReplies[reply],
        $"ContractValues.Replies makes no {reply.Name}: add a generator (Dams.Tests/Contracts/ContractValues.cs)");

    /// <summary>Asks a place that throws when it does not know the operation.</summary>
    /// <param name="ask">Asks the place.</param>
    /// <param name="orElse">The message if it throws: it names the place.</param>
    public static T Known<T>(Func<T> ask, string orElse)
    {
        try
        {
            return ask();
        }
        catch (Exception e) when (e is not AssertionException)
        {
            throw new AssertionException($"{orElse}: {e.Message}", e);
        }
    }

    /// <summary>The name in the test cases.</summary>
    public override string ToString() => Name;

    private static List<T> Required<T>(IEnumerable<T> values, string orElse)
    {
        List<T> list = [.. values];
        return list.Count > 0 ? list : throw new AssertionException(orElse);
    }

    private static IEnumerable<Type> TypesOf<T>() =>
        typeof(T).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(T)) && !type.IsAbstract);

    private static Type ReplyOf(Type command) => command.BaseType is { IsGenericType: true } kind
        && (kind.GetGenericTypeDefinition() == typeof(WriteCommand<>) || kind.GetGenericTypeDefinition() == typeof(ReadCommand<>))
            ? kind.GenericTypeArguments[0]
            : throw new AssertionException($"{command.Name} is no WriteCommand and no ReadCommand (Dams.Contracts/Domain/Command.cs)");

    private static ILookup<Type, T> Generate<T>(Gen<T> values)
        where T : class
    {
        var random = new PCG(1, 1);
        return Enumerable.Range(0, Values).Select(number => values.Generate(random, null, out _)).ToLookup(value => value.GetType());
    }
}
