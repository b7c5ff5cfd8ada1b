using Dams.Cli;

namespace Dams.Tests.Cli;

/// <summary>One run of the tool in this process.</summary>
internal sealed record CliRun(int ExitCode, string Output, string Errors)
{
    public static async Task<CliRun> WithInputAsync(string input, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var reader = new StringReader(input);
        var exitCode = await DamsTool.RunAsync(args, new CliConsole(output, error, reader, isInteractive: false, isErrorTerminal: false));
        return new CliRun(exitCode, output.ToString(), error.ToString());
    }

    public static Task<CliRun> OfAsync(params string[] args) => WithInputAsync("", args);
}
