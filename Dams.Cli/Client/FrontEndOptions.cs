using System.CommandLine;
using System.CommandLine.Parsing;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dams.Cli.CommandLine;

namespace Dams.Cli.Client;

/// <summary>The options of every command that talks to front ends.</summary>
internal sealed class FrontEndOptions
{
    /// <summary>The environment variable with the password.</summary>
    public const string PasswordVariable = "DAMS_PASSWORD";

    private const int UrlsMax = 8;
    private const int NameLengthMax = 128;
    private const int PasswordLengthMax = 1024;
    private const int AuthorityBytesMax = 1024 * 1024;

    private readonly Option<Uri[]> _urls = new("--url")
    {
        Description = "Use the service at this address. Repeat the option to name several front ends: they are tried in turn, and a call "
            + "is repeated with the same request id.",
        DefaultValueFactory = _ => [new Uri(CallCommands.DefaultUrl)],
        HelpName = "URL",
        CustomParser = result => result.Tokens.Count > UrlsMax
            ? Fail<Uri[]>(result, $"--url is there {result.Tokens.Count} times; expected at most {UrlsMax}.")
            : [.. result.Tokens.Select(token => CallCommands.ParseUrl(result, token.Value)).OfType<Uri>()],
    };

    private readonly Option<string> _user = new("--user")
    {
        Description = $"Authenticate as this user. The password comes from --password-file, from the environment variable "
            + $"{PasswordVariable}, or from the terminal.",
        HelpName = "NAME",
    };

    private readonly Option<string> _passwordFile = new("--password-file")
    {
        Description = "Read the password of --user from the first line of this file.",
        HelpName = LineRules.File,
    };

    private readonly Option<string> _authorities = new("--ca")
    {
        Description = "Trust only the authorities whose certificates are in this file (PEM), and not those of the system.",
        HelpName = LineRules.File,
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_urls);
        command.Options.Add(_user);
        command.Options.Add(_passwordFile);
        command.Options.Add(_authorities);
        command.Validators.Add(Check);
    }

    /// <summary>Reads what the options name, and asks for the password if it must. Null if that fails, which is printed.</summary>
    public FrontEndAccess? Open(ParseResult parsed, CliConsole console)
    {
        try
        {
            var user = parsed.GetValue(_user);
            var file = parsed.GetValue(_authorities);
            return new FrontEndAccess(parsed.GetValue(_urls)!)
            {
                User = user,
                Password = user is null ? null : PasswordOf(user, parsed.GetValue(_passwordFile), console),
                AuthorityFile = file,
                Authorities = file is null ? null : AuthoritiesOf(file),
            };
        }
        catch (OptionException problem)
        {
            console.Error.WriteLine(problem.Message);
            return null;
        }
    }

    private void Check(CommandResult result)
    {
        var user = result.GetResult(_user) is { Tokens: [{ Value: var name }] } ? name : null;
        // Urls that can't be read are reported by their parser.
        var urls = (result.GetResult(_urls)?.Tokens.Select(token => token.Value) ?? [CallCommands.DefaultUrl])
            .Select(text => Uri.TryCreate(text, UriKind.Absolute, out var url) ? url : null).OfType<Uri>().ToList();
        if (user is not null && (user.Contains(':', StringComparison.Ordinal) || user.Length > NameLengthMax))
            result.AddError($"--user must have at most {NameLengthMax} characters and no colon.");
        if (user is not null && urls.Find(url => url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback) is { } open)
            result.AddError($"--user would send the password to {open} for everybody on the way to read. Use an https address.");
        if (user is null && result.GetResult(_passwordFile) is { Implicit: false })
            result.AddError("--password-file needs --user NAME.");
        if (result.GetResult(_authorities) is { Implicit: false } && urls.TrueForAll(url => url.Scheme == Uri.UriSchemeHttp))
            result.AddError("--ca is for https addresses, but --url has none.");
    }

    private static string PasswordOf(string user, string? file, CliConsole console)
    {
        var (password, source) = file is not null ? (FirstLineOf(file), file)
            : Environment.GetEnvironmentVariable(PasswordVariable) is { Length: > 0 } variable ? (variable, PasswordVariable)
            : console.IsInputTerminal && console.IsErrorTerminal ? (console.AskSecret($"Password of {user}:"), "the terminal")
            : throw new OptionException(
                $"--user needs a password: use --password-file FILE or the environment variable {PasswordVariable}, "
                + "or run dams on a terminal.");
        return password.Length is > 0 and <= PasswordLengthMax && !password.Any(char.IsControl)
            ? password
            : throw new OptionException(
                $"The password from {source} has {password.Length} characters; expected 1 to {PasswordLengthMax} printable ones.");
    }

    private static string FirstLineOf(string file)
    {
        try
        {
            using var reader = new StreamReader(file);
            // The length of a device says nothing, so one character more than allowed is read.
            var text = new char[PasswordLengthMax + 2];
            var length = reader.ReadBlock(text);
            return new string(text, 0, length).Split('\n', 2)[0].TrimEnd('\r');
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new OptionException($"--password-file {file} can't be read: {problem.Message}");
        }
    }

    private static X509Certificate2Collection AuthoritiesOf(string file)
    {
        try
        {
            if (new FileInfo(file).Length > AuthorityBytesMax)
                throw new OptionException($"--ca {file} has more than {AuthorityBytesMax} bytes; expected certificates in PEM.");
            var read = new X509Certificate2Collection();
            read.ImportFromPemFile(file);
            return read.Count > 0
                ? read
                : throw new OptionException(
                    $"--ca {file} has no certificate; expected lines between BEGIN CERTIFICATE and END CERTIFICATE.");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new OptionException($"--ca {file} can't be read: {problem.Message}");
        }
    }

    private static T? Fail<T>(ArgumentResult result, string problem)
        where T : class
    {
        result.AddError(problem);
        return null;
    }

    /// <summary>An option names something that can't be used.</summary>
    private sealed class OptionException(string message) : Exception(message);
}
