using System.CommandLine;
using System.CommandLine.Parsing;
using Dams.Cli.Cluster;
using Dams.Hosting.Access;
using Dams.Hosting.Topology;

namespace Dams.Cli.Users;

/// <summary><c>dams user</c>: manages the users of a cluster, also while it runs.</summary>
internal static class UserCommand
{
    private const string Description = """
        Add, change and list the users of a cluster.

        A user is a caller (MTLA1234, MTLP1234), who speaks for itself, or a service user such as clinic-mtl, which speaks for the callers
        of --speaks-for. The command asks for a password twice on a terminal; otherwise it reads it from two lines of standard input:

          printf '%s\n%s\n' "$PW" "$PW" | dams user add MTLP1234

        Running front ends check the file every second. If hosts have copies of the file, copy it to them after each change.
        Run this command as the user that runs the cluster: only that user can read the file.
        """;

    private static readonly UpOptions Defaults = new();

    public static Command Create(CliConsole console)
    {
        var config = new Option<string?>("--config") { Description = "Use the user file that this dams.json names.", HelpName = "FILE" };
        var data = new Option<string>("--data")
        {
            Description = "Use the user file of this data folder, as dams up does.",
            DefaultValueFactory = _ => Path.Combine(".", Defaults.DataFolder),
            HelpName = "FOLDER",
        };
        var file = new Option<string?>("--file") { Description = "Use this user file.", HelpName = "FILE" };
        var name = new Argument<string>("NAME") { Description = $"{User.NameExpected}.", CustomParser = ParseName };
        var speaksFor = new Option<string[]>("--speaks-for")
        {
            Description = $"The callers of a service user, each {CallerScope.Expected}.",
            AllowMultipleArgumentsPerToken = true,
            HelpName = "CALLERS",
        };
        var roles = new Option<string[]>("--role") { Description = $"A role: {UserNames.Roles}.", HelpName = "ROLE" };
        var certificates = new Option<string[]>("--certificate")
        {
            Description = "A client certificate: its SHA-256 thumbprint, or its subject such as CN=booking.",
            HelpName = "TEXT",
        };
        var noPassword = new Option<bool>("--no-password")
        {
            Description = "Make a user without a password, who shows a certificate or a token.",
        };
        speaksFor.Validators.Add(result => Check(result, "--speaks-for", text => CallerScope.TryParse(text, out _), CallerScope.Expected));
        roles.Validators.Add(result => Check(result, "--role", text => UserNames.RoleOf(text) is not null, UserNames.Roles));
        certificates.Validators.Add(result => Check(result, "--certificate", text => UserCertificate.CanonicalOf(text) is not null,
            UserCertificate.Expected));

        var add = new Command("add", "Add a user, and ask for the password.") { name, speaksFor, roles, certificates, noPassword };
        return new Command("user", Description)
        {
            Verb(add, (edit, parsed) => edit.Add(
                new User
                {
                    Name = parsed.GetValue(name)!,
                    SpeaksFor = [.. Given(parsed, speaksFor).Select(text => CallerScope.TryParse(text, out var scope) ? scope : default)],
                    Roles = [.. Given(parsed, roles).Select(UserNames.RoleOf).OfType<UserRole>()],
                    Certificates = [.. Given(parsed, certificates).Select(UserCertificate.CanonicalOf).OfType<string>()],
                },
                parsed.GetValue(noPassword))),
            Verb(new Command("passwd", "Set another password.") { name }, (edit, parsed) => edit.SetPassword(parsed.GetValue(name)!)),
            Verb(new Command("lock", "Keep a user out, and keep its entry.") { name },
                (edit, parsed) => edit.SetLocked(parsed.GetValue(name)!, isLocked: true)),
            Verb(new Command("unlock", "Let a locked user in again.") { name },
                (edit, parsed) => edit.SetLocked(parsed.GetValue(name)!, isLocked: false)),
            Verb(new Command("remove", "Remove a user.") { name }, (edit, parsed) => edit.Remove(parsed.GetValue(name)!)),
            Verb(new Command("list", "List the users. Passwords and their hashes are never shown."), (edit, _) => edit.List()),
        };

        Command Verb(Command verb, Func<UserEdit, ParseResult, int> run)
        {
            foreach (var option in new Option[] { config, data, file })
                verb.Options.Add(option);
            verb.Validators.Add(result =>
            {
                var said = new Option[] { config, data, file }
                    .Where(option => result.GetResult(option) is { Implicit: false }).Select(option => option.Name).ToList();
                if (said.Count > 1)
                    result.AddError($"{string.Join(" and ", said)} don't go together: each names the user file. Use only one of them.");
            });
            verb.SetAction(parsed =>
            {
                try
                {
                    var path = parsed.GetValue(file) ?? Find(console, parsed.GetValue(config), parsed.GetValue(data)!);
                    return path is null ? CliExitCodes.Usage : run(new UserEdit(console, path), parsed);
                }
                catch (UserFileException problem)
                {
                    console.Error.WriteLine(problem.Message);
                    return CliExitCodes.Usage;
                }
                catch (UserRefusedException refusal)
                {
                    console.Error.WriteLine(refusal.Message);
                    return CliExitCodes.OtherOutcome;
                }
            });
            return verb;
        }
    }

    private static string[] Given(ParseResult parsed, Option<string[]> option) => [.. (parsed.GetValue(option) ?? []).Distinct()];

    private static void Check(OptionResult result, string name, Predicate<string> isRight, string expected)
    {
        foreach (var token in result.Tokens.Where(token => !isRight(token.Value)))
            result.AddError($"{name} is '{token.Value}'; expected {expected}.");
    }

    private static string ParseName(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        // Ids are accepted in any letter case, as in messages.
        var name = User.IsName(text) ? text : text.ToUpperInvariant();
        if (!User.IsName(name))
            result.AddError($"NAME is '{text}'; expected {User.NameExpected}.");
        return name;
    }

    private static string? Find(CliConsole console, string? config, string data)
    {
        var reading = new UpOptions { Config = config, DataFolder = data }.ReadTopology();
        foreach (var problem in reading.Problems)
            console.Error.WriteLine(problem);
        if (reading.Topology is not { } topology)
            return null;
        if (topology.Users is { } users)
            return users.File;
        console.Error.WriteLine("The configuration has no users yet, so front ends don't read the file: add \"users\": {} to dams.json.");
        return Path.Combine(topology.DataFolder, UserSettings.FileName);
    }
}
