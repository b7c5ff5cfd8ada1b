using System.Globalization;
using Dams.Hosting.Access;
using Spectre.Console;

namespace Dams.Cli.Users;

/// <summary>The changes of one user file. An error changes nothing.</summary>
/// <param name="console">Where passwords come from and results go.</param>
/// <param name="path">The user file.</param>
internal sealed class UserEdit(CliConsole console, string path)
{
    private const string TimeFormat = "yyyy-MM-dd HH:mm 'UTC'";

    /// <summary>Adds a user.</summary>
    /// <exception cref="UserRefusedException">The user exists, or its password breaks a rule.</exception>
    /// <exception cref="UserFileException">The file can't be read or written, or it is wrong.</exception>
    public int Add(User user, bool hasNoPassword)
    {
        if (user.Caller is not null && user.SpeaksFor.Length > 0)
            throw new UserRefusedException($"{user.Name} is a caller, who speaks for itself: --speaks-for is for service users.");
        if (user.Caller is null && user.SpeaksFor.Length == 0 && user.Roles.Length == 0)
            throw new UserRefusedException($"{user.Name} is a service user: give it --speaks-for, or --role.");
        // A person who has typed a password twice must not learn only then that it was in vain.
        RequireNew(File.Exists(path) ? UserFile.Load(path) : UserList.Empty, user);
        var made = hasNoPassword ? user : WithPassword(user);
        UserFile.Change(path, list =>
        {
            RequireNew(list, user);
            return list.With(made);
        });
        return Say($"Added {user.Name}{(hasNoPassword ? " without a password" : "")}.");
    }

    /// <summary>Sets the password of a user.</summary>
    /// <exception cref="UserRefusedException">There is no such user, or the password breaks a rule.</exception>
    /// <exception cref="UserFileException">The file can't be read or written, or it is wrong.</exception>
    public int SetPassword(string name)
    {
        var made = WithPassword(Require(UserFile.Load(path), name));
        UserFile.Change(path, list => list.With(
            Require(list, name) with { Password = made.Password, PasswordSet = made.PasswordSet }));
        return Say($"Changed the password of {made.Name}.");
    }

    /// <summary>Locks or unlocks a user.</summary>
    /// <exception cref="UserRefusedException">There is no such user.</exception>
    /// <exception cref="UserFileException">The file can't be read or written, or it is wrong.</exception>
    public int SetLocked(string name, bool isLocked)
    {
        var word = isLocked ? "locked" : "unlocked";
        var said = "";
        Change(list =>
        {
            var user = Require(list, name);
            said = user.IsLocked == isLocked ? $"{user.Name} is {word} already." : $"{user.Name} is {word}.";
            return user.IsLocked == isLocked ? list : list.With(user with { IsLocked = isLocked });
        });
        return Say(said);
    }

    /// <summary>Removes a user.</summary>
    /// <exception cref="UserRefusedException">There is no such user.</exception>
    /// <exception cref="UserFileException">The file can't be read or written, or it is wrong.</exception>
    public int Remove(string name)
    {
        Change(list => list.Without(Require(list, name).Name));
        return Say($"Removed {name}.");
    }

    /// <summary>Lists the users.</summary>
    /// <exception cref="UserFileException">The file can't be read, or it is wrong.</exception>
    public int List()
    {
        var table = new Table().RoundedBorder().AddColumns("user", "speaks for", "roles", "password set", "certificates", "");
        foreach (var user in UserFile.Load(path).Users)
        {
            table.AddRow(new[]
            {
                user.Name,
                user.Caller is null ? string.Join(' ', user.SpeaksFor) : "itself",
                string.Join(' ', user.Roles.Select(UserNames.Of)),
                user.Password is null ? "none" : user.PasswordSet?.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture) ?? "yes",
                user.Certificates.Length.ToString(CultureInfo.InvariantCulture),
                user.IsLocked ? "locked" : "",
            }.Select(text => new Text(text)));
        }

        console.OutTables.Write(table);
        return CliExitCodes.Success;
    }

    // A missing file is made by add only.
    private void Change(Func<UserList, UserList> change)
    {
        UserFile.Load(path);
        UserFile.Change(path, change);
    }

    private static void RequireNew(UserList list, User user)
    {
        if (list.Find(user.Name) is { } known)
            throw new UserRefusedException($"{known.Name} exists already: change the password with dams user passwd {known.Name}.");
        if (user.Certificates.Select(list.FindByCertificate).OfType<User>().FirstOrDefault() is { } other)
            throw new UserRefusedException($"The certificate stands for {other.Name} already.");
        if (list.Users.Length >= UserList.UsersMax)
            throw new UserRefusedException($"The file has {UserList.UsersMax} users, which is the limit.");
    }

    private static User Require(UserList list, string name) => list.Find(name)
        ?? throw new UserRefusedException($"There is no user {name}: see dams user list.");

    private User WithPassword(User user)
    {
        var password = PasswordInput.Read(console, user.Name);
        return user with
        {
            Password = PasswordHash.Of(password),
            PasswordSet = DateTimeOffset.UtcNow,
        };
    }

    private int Say(string text)
    {
        console.Out.WriteLine(text);
        return CliExitCodes.Success;
    }
}
