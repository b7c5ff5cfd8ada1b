using System.Runtime.ExceptionServices;
using Dams.Ordering;
using Dams.Ordering.Driver;

namespace Dams.Hosting.Cluster;

/// <summary>Lets work beside a process's loop call into the loop, and passes the failures of such work to the loop.</summary>
/// <remarks>Thread: any. The methods that wait must not be called by the loop's own thread.</remarks>
public static class LoopCalls
{
    private static readonly TimeSpan s_busyDelay = TimeSpan.FromMilliseconds(20);

    /// <summary>Makes the loop compute something. Tries again while the loop is too busy.</summary>
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
                await Task.Delay(s_busyDelay).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Makes the loop do something. Tries again while the loop is too busy. Does nothing if the loop has ended.</summary>
    /// <returns>A task that ends when the loop has taken the work, which may be before the work is done.</returns>
    public static async Task PostPatientlyAsync(this ProtocolDriver driver, Action<Instant> work)
    {
        while (!driver.Post(work) && !driver.Completion.IsCompleted)
            await Task.Delay(s_busyDelay).ConfigureAwait(false);
    }

    /// <summary>
    /// Does work beside the loop. The task ends without an exception. A stop ends the work. An unexpected exception ends the loop and so
    /// the process, which reports it; the supervisor then starts the process again. It would be worse if one part of a process silently
    /// stood still for ever.
    /// </summary>
    public static async Task RunBesideAsync(this ProtocolDriver driver, Func<Task> work, CancellationToken stopping)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (DriverStoppedException)
        {
            // The next start repeats unfinished work.
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // As above.
        }
        catch (Exception defect)
        {
            var thrown = ExceptionDispatchInfo.Capture(defect);
            await driver.PostPatientlyAsync(_ => thrown.Throw()).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// As <see cref="RunBesideAsync"/>, for work that the loop itself begins. No part of it runs on the caller's thread, and the caller
    /// does not wait for it.
    /// </summary>
    public static void RunBeside(this ProtocolDriver driver, Func<Task> work, CancellationToken stopping) =>
        _ = Task.Run(() => driver.RunBesideAsync(work, stopping), CancellationToken.None);
}
