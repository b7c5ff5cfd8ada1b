using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Dams.Cli.CommandLine;

/// <summary>
/// Reads numbers on the command line. The library alone would throw when a validator reads a value that is not a number. It would call
/// the expected value <c>System.Int32</c>, and parse numbers by the rules of the user's country.
/// </summary>
internal static class Numbers
{
    private const string Whole = "a whole number";

    /// <summary>Reads a whole number within limits.</summary>
    public static Func<ArgumentResult, int> Between(string name, int min, int max) =>
        result => Read<int>(result, name, Expected(min, max), value => value >= min && value <= max);

    /// <summary>Reads a whole number within limits; null if the option is not given.</summary>
    public static Func<ArgumentResult, int?> MaybeBetween(string name, int min, int max) =>
        result => result.Tokens.Count == 0 ? null : Between(name, min, max)(result);

    /// <summary>Reads whole numbers within limits.</summary>
    public static Func<ArgumentResult, int[]> AllBetween(string name, int min, int max) =>
        result =>
        [
            .. result.Tokens.Select(token => Read<int>(result, token, name, Expected(min, max), value => value >= min && value <= max)),
        ];

    /// <summary>Reads a number within limits; its decimal separator is a point.</summary>
    public static Func<ArgumentResult, double> RealBetween(string name, double min, double max) =>
        result => Read<double>(result, name, string.Create(CultureInfo.InvariantCulture, $"{min} to {max}"),
            value => value >= min && value <= max);

    /// <summary>Adds a parser to a whole-number option that has none. The limits of such an option are checked elsewhere.</summary>
    public static void AddTo(Option option)
    {
        if (option is Option<int> { CustomParser: null } whole)
            whole.CustomParser = result => Read<int>(result, option.Name, Whole, _ => true);
        if (option is Option<int?> { CustomParser: null } maybe)
            maybe.CustomParser = result => result.Tokens.Count == 0 ? null : Read<int>(result, option.Name, Whole, _ => true);
    }

    /// <summary>Adds a parser to a whole-number argument that has none.</summary>
    public static void AddTo(Argument argument)
    {
        if (argument is Argument<int> { CustomParser: null } whole)
            whole.CustomParser = result => Read<int>(result, argument.Name, Whole, _ => true);
    }

    private static string Expected(int min, int max) => string.Create(CultureInfo.InvariantCulture, $"{min} to {max}");

    private static T Read<T>(ArgumentResult result, string name, string expected, Predicate<T> isRight)
        where T : struct, INumber<T> => result.Tokens.Count == 0 ? default : Read(result, result.Tokens[0], name, expected, isRight);

    private static T Read<T>(ArgumentResult result, Token token, string name, string expected, Predicate<T> isRight)
        where T : struct, INumber<T>
    {
        const NumberStyles styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (T.TryParse(token.Value, styles, CultureInfo.InvariantCulture, out var value) && isRight(value))
            return value;
        // A number is shown without quotes.
        var shown = double.TryParse(token.Value, styles, CultureInfo.InvariantCulture, out _) ? token.Value : $"'{token.Value}'";
        result.AddError($"{name} is {shown}; expected {expected}.");
        return default;
    }
}
