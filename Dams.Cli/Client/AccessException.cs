namespace Dams.Cli.Client;

/// <summary>
/// A front end does not let the user in, or its certificate is not trusted. The message says what to do. The request was not executed.
/// </summary>
/// <param name="code">One of the codes below.</param>
/// <param name="message">A sentence.</param>
internal sealed class AccessException(string code, string message) : HttpRequestException(message)
{
    /// <summary>There are no credentials, or wrong ones.</summary>
    public const string Unauthenticated = nameof(Contracts.Soap.DamsFaultCode.Unauthenticated);

    /// <summary>The user has no right to this.</summary>
    public const string NotPermitted = nameof(Contracts.Soap.DamsFaultCode.NotPermitted);

    /// <summary>The front end wants a pause.</summary>
    public const string TooManyRequests = "TooManyRequests";

    /// <summary>The code of the report.</summary>
    public string Code => code;

    /// <summary>The pause that the front end wants, or null.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The refusal that is the cause of a failure, or null.</summary>
    public static AccessException? Of(Exception problem)
    {
        for (var cause = problem; cause is not null; cause = cause.InnerException)
        {
            if (cause is AccessException refusal)
                return refusal;
        }

        return null;
    }
}
