using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Dams.Tests.Hosting;

/// <summary>Waits until another process or thread has done something, and fails if that takes too long.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    /// <summary>The longest wait. It is generous, for busy machines: only failing tests use it up.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    public static async Task<T> HasAsync<T>(Func<T?> find, [CallerArgumentExpression(nameof(find))] string what = "")
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            if (find() is { } found)
                return found;
            if (Stopwatch.GetElapsedTime(start) > Limit)
                throw new TimeoutException($"not within {Limit.TotalSeconds} s: {what}");
            await Task.Delay(Poll);
        }
    }

    public static async Task IsTrueAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "") =>
        await HasAsync(() => condition() ? So : null, what);

    private const string So = "so";
}
