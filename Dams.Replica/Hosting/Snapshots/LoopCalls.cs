using System.Runtime.ExceptionServices;
using Dams.Ordering;
using Dams.Ordering.Driver;

namespace Dams.Replica.Hosting.Snapshots;

/// <summary>How the tasks beside the loop of a replica call into it, and what becomes of one that fails. For any thread but the loop's.</summary>
internal static class LoopCalls
{
    private static readonly TimeSpan BusyDelay = TimeSpan.FromMilliseconds(20);

    /// <summary>Has the loop compute something, as soon as it is not too busy to take it.</summary>
    /// <exception cref="DriverStoppedException">The loop has ended.</exception>
    public static async Task<T> InvokePatientlyAsync<T>(this ProtocolDriver driver, Func<Instant, T> function)
    {
        while (true)
        {
            try
            {
                return await driver.InvokeAsync(function).ConfigureAwait(false);
            }
            catch (DriverBusyException)
            {
                await Task.Delay(BusyDelay).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Does work that nobody awaits. Ends without an exception: a stop ends the work, and what it did not expect ends the loop, and so the process, which
    /// reports it and is started again by its manager. A replica whose snapshots nobody makes or fetches any more would wait for ever, and silently.
    /// </summary>
    public static async Task RunBesideAsync(this ProtocolDriver driver, Func<Task> work, CancellationToken stopping)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (DriverStoppedException)
        {
            // The next start does again what is unfinished.
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // As above.
        }
        catch (Exception defect)
        {
            var thrown = ExceptionDispatchInfo.Capture(defect);
            while (!driver.Post(_ => thrown.Throw()) && !driver.Completion.IsCompleted)
                await Task.Delay(BusyDelay, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
