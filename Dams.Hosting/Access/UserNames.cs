namespace Dams.Hosting.Access;

/// <summary>The names of roles in the user file, on the command line and in claims.</summary>
public static class UserNames
{
    /// <summary>All names, for messages.</summary>
    public static string Roles { get; } = string.Join(", ", Enum.GetValues<UserRole>().Select(Of));

    /// <summary>The name of a role.</summary>
    public static string Of(UserRole role) => role.ToString().ToLowerInvariant();

    /// <summary>The role of that name; null if there is none.</summary>
    public static UserRole? RoleOf(string text)
    {
        foreach (var role in Enum.GetValues<UserRole>())
        {
            if (Of(role) == text)
                return role;
        }

        return null;
    }
}
