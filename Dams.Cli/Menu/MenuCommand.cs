using System.CommandLine;
using Dams.Cli.Client;
using Dams.Cli.CommandLine;
using Dams.Contracts.Domain;
using Dams.Hosting.Logging;
using Dams.Hosting.Topology;
using Microsoft.Extensions.Logging;

namespace Dams.Cli.Menu;

/// <summary><c>dams menu</c>: the interactive client.</summary>
internal static class MenuCommand
{
    private const string DefaultLogFolder = "dams-client-logs";

    public static System.CommandLine.Command Create(CliConsole console)
    {
        var user = new Argument<CallerId>("USER")
        {
            Description = "Your id: an administrator's (MTLA1234) or a patient's (MTLP1234).",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (CallerId.TryParse(text.Trim().ToUpperInvariant(), out var id))
                    return id;
                result.AddError($"USER is '{text}'; expected MTL, QUE or SHE, then A (administrator) or P (patient), then four digits.");
                return default;
            },
        };
        var frontEnds = new FrontEndOptions();
        var folder = new Option<string>("--log-folder")
        {
            Description = "Write the log of your actions to this folder, one file for each user.",
            DefaultValueFactory = _ => DefaultLogFolder,
            HelpName = LineRules.Folder,
        };
        var command = new System.CommandLine.Command("menu",
            "Choose from a menu of all operations that you may call. Answer on the terminal or, line by line, from a pipe.")
        {
            user, folder,
        };
        frontEnds.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var caller = parsed.GetValue(user);
            if (frontEnds.Open(parsed, console) is not { } access)
                return CliExitCodes.Usage;
            var logs = Path.GetFullPath(parsed.GetValue(folder)!);
            var file = Path.Combine(logs, $"{caller}.log");
            if (FindProblem(logs, file) is { } problem)
            {
                console.Error.WriteLine($"the log can't be written to {logs} ({problem}): choose another --log-folder");
                return CliExitCodes.Usage;
            }

            using var interrupt = new Interrupt();
            using var log = NodeLogging.Open(file, new LogSettings(logs), LogLevel.Information, LogLevel.None);
            var logger = log.Factory.CreateLogger("Dams.Cli.Menu");
            using var client = new AppointmentClient(access);
            MenuLog.Opened(logger, caller.ToString(), access.Urls[0]);
            try
            {
                var menu = new ClientMenu(caller, client, MenuInput.Of(console), new ReportPrinter(console), logger);
                // Reading a line can't be interrupted, so a signal does not wait for it.
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

    // The logging library does not report that it can't write, and the user's actions would be in no log.
    private static string? FindProblem(string folder, string file)
    {
        try
        {
            Directory.CreateDirectory(folder);
            new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite).Dispose();
            return null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return problem.Message;
        }
    }
}
