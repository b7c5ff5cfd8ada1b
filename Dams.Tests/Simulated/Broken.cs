using System.Runtime.CompilerServices;

namespace Dams.Tests.Simulated;

/// <summary>A broken invariant of a simulated run.</summary>
internal sealed class BrokenException(string message) : Exception(message);

/// <summary>Raises <see cref="BrokenException"/>.</summary>
internal static class Broken
{
    public static void Unless(
        bool condition,
        [InterpolatedStringHandlerArgument(nameof(condition))] ref BrokenMessage message)
    {
        if (!condition)
            throw new BrokenException(message.ToString());
    }
}

/// <summary>A message that is formatted only when the invariant is broken, because checks run after every step.</summary>
[InterpolatedStringHandler]
internal ref struct BrokenMessage
{
    private DefaultInterpolatedStringHandler _inner;

    public BrokenMessage(int literalLength, int formattedCount, bool condition, out bool isNeeded)
    {
        isNeeded = !condition;
        _inner = isNeeded ? new(literalLength, formattedCount) : default;
    }

    public void AppendLiteral(string value) => _inner.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _inner.AppendFormatted(value);

    public override string ToString() => _inner.ToString();
}
