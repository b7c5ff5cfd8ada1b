using System.ServiceModel;
using Dams.Contracts.Soap;

namespace Dams.Hosting.Cluster;

/// <summary>
/// One question to a replica over SOAP. A replica may be wrong in any way. So silence, a fault, an empty answer and an unreadable answer
/// all become the same typed exception: no caller may break because of what a faulty replica says.
/// </summary>
public static class ReplicaQuestion
{
    // A call through WCF has no parameter for a token, so the token flows along with the call.
    private static readonly AsyncLocal<CancellationToken> s_givenUp = new();

    /// <summary>Cancelled when the present question is given up; none outside a question.</summary>
    internal static CancellationToken GivenUp => s_givenUp.Value;

    /// <summary>Asks, and reads the answer, on another thread than the caller's, because opening a channel takes a while.</summary>
    /// <param name="clientOf">Returns the client of a replica.</param>
    /// <param name="replica">The number of the replica that is asked.</param>
    /// <param name="ask">Puts the question to the client.</param>
    /// <param name="read">Reads the answer. If it throws, the replica is at fault.</param>
    /// <param name="patience">The time to wait for the answer. The question ends with it.</param>
    /// <param name="stopping">Cancelled when the answer is no longer wanted.</param>
    /// <exception cref="ReplicaUnusableException">There is no usable answer.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stopping"/> was cancelled.</exception>
    public static async Task<TRead> AskAsync<TAnswer, TRead>(
        Func<int, IReplicaService> clientOf, int replica, Func<IReplicaService, Task<TAnswer>> ask, Func<TAnswer, TRead> read,
        TimeSpan patience, CancellationToken stopping = default)
        where TAnswer : class
    {
        using var givenUp = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        givenUp.CancelAfter(patience);
        var end = givenUp.Token;
        var asked = Task.Run(
            async () =>
            {
                s_givenUp.Value = end;
                return await ask(clientOf(replica)).ConfigureAwait(false) is { } answer
                    ? read(answer)
                    : throw new ReplicaUnusableException("its answer is empty");
            },
            end);
        try
        {
            return await asked.WaitAsync(end).ConfigureAwait(false);
        }
        catch (Exception problem) when (end.IsCancellationRequested && problem is not ReplicaUnusableException)
        {
            // The task may fail after it was given up. Its exception is observed here, because no other code looks at it.
            _ = asked.ContinueWith(static given => given.Exception, CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            stopping.ThrowIfCancellationRequested();
            throw new ReplicaUnusableException($"no answer within {patience.TotalSeconds} s", problem);
        }
        catch (Exception problem) when (problem is CommunicationException or TimeoutException or OperationCanceledException)
        {
            throw new ReplicaUnusableException(problem.Message, problem);
        }
        catch (Exception problem) when (problem is not ReplicaUnusableException)
        {
            throw new ReplicaUnusableException($"its answer can't be read: {problem.GetType().Name}: {problem.Message}", problem);
        }
    }

    /// <summary>As <see cref="AskAsync{TAnswer,TRead}"/>, but returns the answer as it is.</summary>
    /// <inheritdoc cref="AskAsync{TAnswer,TRead}"/>
    public static Task<TAnswer> AskAsync<TAnswer>(
        Func<int, IReplicaService> clientOf, int replica, Func<IReplicaService, Task<TAnswer>> ask, TimeSpan patience,
        CancellationToken stopping = default)
        where TAnswer : class => AskAsync(clientOf, replica, ask, static answer => answer, patience, stopping);
}
