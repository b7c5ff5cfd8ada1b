using System.ServiceModel;
using Dams.Contracts.Soap;
using Microsoft.AspNetCore.Http;

namespace Dams.Service;

/// <summary>The reasons why a request is not admitted.</summary>
public enum AccessRefusalKind
{
    /// <summary>There are no credentials, or they are wrong. Nothing tells the causes apart.</summary>
    Unauthenticated = 0,

    /// <summary>The credentials would be readable on their way here.</summary>
    Insecure,

    /// <summary>Too many passwords were wrong.</summary>
    TooManyAttempts,
}

/// <summary>A request is not admitted.</summary>
/// <param name="Kind">The reason.</param>
/// <param name="RetryAfter">The time after which another attempt may be made; null if any other may.</param>
public readonly record struct AccessRefusal(AccessRefusalKind Kind, TimeSpan? RetryAfter = null)
{
    /// <summary>The HTTP status: 401 or 429.</summary>
    public int Status => Kind == AccessRefusalKind.TooManyAttempts
        ? StatusCodes.Status429TooManyRequests
        : StatusCodes.Status401Unauthorized;

    /// <summary>The fault of the appointment contract.</summary>
    public FaultException<DamsFault> ToFault() => Kind switch
    {
        AccessRefusalKind.TooManyAttempts => DamsFaults.TooManyAttempts(RetryAfter ?? TimeSpan.FromSeconds(1)),
        AccessRefusalKind.Insecure => DamsFaults.InsecureTransport(),
        _ => DamsFaults.Unauthenticated(),
    };
}
