using System.ServiceModel;
using Dams.Contracts.Soap;

namespace Dams.Hosting.Cluster;

/// <summary>
/// One question to a replica over SOAP. A replica may be wrong in any way, so whatever comes of asking it, be it silence, a fault, an empty answer or one that can't be
/// read, is one typed exception: nobody who asks may fall over what a faulty replica says.
/// </summary>
public static class ReplicaQuestion
{
    // A call through WCF has no place for a token, so it goes along with the call.
    private static readonly AsyncLocal<CancellationToken> s_givenUp = new();

    /// <summary>When the question that is being asked is given up; none outside a question.</summary>
    internal static CancellationToken GivenUp => s_givenUp.Value;

    /// <summary>Asks, and reads the answer, on another thread than the caller's: opening a channel takes a while.</summary>
    /// <param name="clientOf">How replicas are reached.</param>
    /// <param name="replica">Who is asked.</param>
    /// <param name="ask">Asks.</param>
    /// <param name="read">Makes something of the answer; what it throws is the replica's fault.</param>
    /// <param name="patience">How long the answer is waited for. The question does not outlive it.</param>
    /// <param name="stopping">Nobody wants the answer any more.</param>
    /// <exception cref="ReplicaUnusableException">There is no answer that can be used.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stopping"/> was cancelled.</exception>
    public static async Task<TRead> AskAsync<TAnswer, TRead>(
        Func<int, IReplicaService> clientOf, int replica, Func<IReplicaService, Task<TAnswer>> ask, Func<TAnswer, TRead> read, TimeSpan patience, CancellationToken stopping = default)
        where TAnswer : class
    {
        using var givenUp = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        givenUp.CancelAfter(patience);
        var end = givenUp.Token;
        var asked = Task.Run(
            async () =>
            {
                s_givenUp.Value = end;
                return await ask(clientOf(replica)).ConfigureAwait(false) is { } answer ? read(answer) : throw new ReplicaUnusableException("its answer is empty");
            },
            end);
        try
        {
            return await asked.WaitAsync(end).ConfigureAwait(false);
        }
        catch (Exception problem) when (end.IsCancellationRequested && problem is not ReplicaUnusableException)
        {
            // Nobody looks at one that fails after it was given up.
            _ = asked.ContinueWith(static given => given.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
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

    /// <summary>As <see cref="AskAsync{TAnswer,TRead}"/>, with the answer as it is.</summary>
    /// <inheritdoc cref="AskAsync{TAnswer,TRead}"/>
    public static Task<TAnswer> AskAsync<TAnswer>(
        Func<int, IReplicaService> clientOf, int replica, Func<IReplicaService, Task<TAnswer>> ask, TimeSpan patience, CancellationToken stopping = default)
        where TAnswer : class => AskAsync(clientOf, replica, ask, static answer => answer, patience, stopping);
}

/// <summary>A replica was asked and gave no answer that can be used.</summary>
/// <param name="message">Why. May hold what the replica has said: it is cut, and made one line.</param>
/// <param name="cause">What was thrown, if anything.</param>
public sealed class ReplicaUnusableException(string message, Exception? cause = null)
    : Exception(FaultText.Clean(message, ReplicaUnusableException.MessageLengthMax), cause)
{
    /// <summary>The most characters of a message.</summary>
    public const int MessageLengthMax = 200;
}
