using System.Collections.Immutable;
using Dams.Contracts.Domain;

namespace Dams.Hosting.Access;

/// <summary>
/// An authenticated user: its name, its roles, and the callers that it may speak for. A front end puts it into the features of the request.
/// Immutable.
/// </summary>
/// <param name="Name">The name of the user: a caller id such as <c>MTLP1234</c>, or the name of a service user.</param>
/// <param name="Scopes">The callers that the user may speak for.</param>
/// <param name="Roles">The user's roles.</param>
public sealed record CallerIdentity(string Name, ImmutableArray<CallerScope> Scopes, ImmutableArray<UserRole> Roles)
{
    /// <summary>Whether the user may see the pages and documents for operators.</summary>
    public bool IsOperator => Roles.Contains(UserRole.Operator);

    /// <summary>A caller who is authenticated without an entry in the user file.</summary>
    public static CallerIdentity Of(CallerId caller) => new(caller.ToString(), [CallerScope.Of(caller)], []);

    /// <summary>Whether a message of this user may name that caller.</summary>
    public bool MaySpeakFor(CallerId caller)
    {
        foreach (var scope in Scopes)
        {
            if (scope.Covers(caller))
                return true;
        }

        return false;
    }

    /// <summary>The callers that this user may speak for, for messages: at most three of them.</summary>
    public string ScopesText => Scopes.Length switch
    {
        0 => "nobody",
        <= 3 => string.Join(", ", Scopes),
        _ => $"{string.Join(", ", Scopes.Take(3))} and others",
    };
}
