using System.Collections.Concurrent;
using Dams.Service;
using Dams.Soap;
using Dams.Soap.Security;
using Microsoft.AspNetCore.Http;

namespace Dams.Tests.Soap.Security;

/// <summary>One user, whose name and password are here. After five wrong passwords it wants a pause.</summary>
internal sealed class KnownUsers : IUsernameTokenCheck
{
    public const string Name = "MTLA1234";
    public const string Password = "five words & a <sign>";
    private int _wrong;

    public static TimeSpan Pause => TimeSpan.FromSeconds(7.5);

    /// <summary>The users and passwords that were asked for.</summary>
    public ConcurrentQueue<(string User, string Password)> Asked { get; } = new();

    /// <summary>The tokens that were refused without a look at the password.</summary>
    public ConcurrentQueue<(string? User, string Reason)> Refused { get; } = new();

    public Task<SoapDenial?> CheckAsync(HttpContext http, string user, string password)
    {
        Asked.Enqueue((user, password));
        if (user == Name && password == Password)
            return Task.FromResult<SoapDenial?>(null);
        return Task.FromResult<SoapDenial?>(
            Interlocked.Increment(ref _wrong) > 5
                ? new SoapDenial(DamsFaults.Unauthenticated(), StatusCodes.Status429TooManyRequests, Pause)
                : new SoapDenial(DamsFaults.Unauthenticated(), StatusCodes.Status500InternalServerError));
    }

    public void OnRefused(HttpContext http, string? user, string reason) => Refused.Enqueue((user, reason));
}
