using System.Runtime.ExceptionServices;
using Dams.Ordering;
using Dams.Ordering.Driver;

namespace Dams.Hosting.Cluster;

/// <summary>How what runs beside a process's loop calls into it, and what becomes of it when it fails.</summary>
/// <remarks>Thread: any, and for what waits any but the loop's.</remarks>
public static class LoopCalls
{
    private static readonly TimeSpan s_busyDelay = TimeSpan.FromMilliseconds(20);

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
                await Task.Delay(s_busyDelay).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Has the loop do something, as soon as it is not too busy to take it; nothing if it has ended.</summary>
    /// <returns>Ends when the loop has taken it, which may be before it is done.</returns>
    public static async Task PostPatientlyAsync(this ProtocolDriver driver, Action<Instant> work)
    {
        while (!driver.Post(work) && !driver.Completion.IsCompleted)
            await Task.Delay(s_busyDelay).ConfigureAwait(false);
    }

    /// <summary>
    /// Does work beside the loop. Ends without an exception: a stop ends the work, and what it did not expect ends the loop, and so the process, which
    /// reports it and is started again by who looks after it. A process some part of which stands still for ever, and silently, would be worse.
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
            await driver.PostPatientlyAsync(_ => thrown.Throw()).ConfigureAwait(false);
        }
    }

    /// <summary>As <see cref="RunBesideAsync"/>, for work that the loop itself begins: nothing of it is done on the caller's thread, and nobody waits for it.</summary>
    public static void RunBeside(this ProtocolDriver driver, Func<Task> work, CancellationToken stopping) =>
        _ = Task.Run(() => driver.RunBesideAsync(work, stopping), CancellationToken.None);
}
