using System.CommandLine;
using Dams.Cli.Client;
using Dams.Contracts.Domain;
using Dams.Contracts.Topology;
using Dams.Hosting.Logging;
using Microsoft.Extensions.Logging;
using Command = System.CommandLine.Command;

namespace Dams.Cli.Menu;

/// <summary><c>dams menu</c>: the client for people.</summary>
internal static class MenuCommand
{
    private const string DefaultLogFolder = "dams-client-logs";

    public static Command Create(CliConsole console)
    {
        var user = new Argument<CallerId>("USER")
        {
            Description = "Who you are: an administrator (MTLA1234) or a patient (MTLP1234).",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (CallerId.TryParse(text.Trim().ToUpperInvariant(), out var id))
                    return id;
                result.AddError($"USER is '{text}'; expected MTL, QUE or SHE, then A (administrator) or P (patient), then four digits.");
                return default;
            },
        };
        var url = CallCommands.UrlOption();
        var folder = new Option<DirectoryInfo>("--log-folder")
        {
            Description = "Where the log of what you did is written, one file for each user.",
            DefaultValueFactory = _ => new DirectoryInfo(DefaultLogFolder),
        };
        var command = new Command("menu", "A menu of everything that you may do; answers come from the terminal or, line by line, from a pipe.") { user, url, folder };
        command.SetAction(async (parsed, _) =>
        {
            var caller = parsed.GetValue(user);
            var address = parsed.GetValue(url)!;
            var logs = parsed.GetValue(folder)!.FullName;
            using var interrupt = new Interrupt();
            using var log = NodeLogging.Open(Path.Combine(logs, $"{caller}.log"), new LogSettings(logs), LogLevel.Information, LogLevel.None);
            var logger = log.Factory.CreateLogger("Dams.Cli.Menu");
            using var client = new AppointmentClient(address);
            MenuLog.Opened(logger, caller.ToString(), address);
            try
            {
                var menu = new ClientMenu(caller, client, MenuInput.Of(console), new ReportPrinter(console), logger);
                // Reading a line can't be interrupted: the signal doesn't wait for it.
                await Task.Run(menu.RunAsync, CancellationToken.None).WaitAsync(interrupt.Token);
                return CliExitCodes.Success;
            }
            catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
            {
                return interrupt.ExitCode;
            }
            finally
            {
                MenuLog.Closed(logger, caller.ToString());
            }
        });
        return command;
    }
}
