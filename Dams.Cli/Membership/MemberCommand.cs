using System.CommandLine;
using Dams.Cli.Client;
using Dams.Cli.Status;

namespace Dams.Cli.Membership;

/// <summary><c>dams member leave</c>: what an operator may change about the group.</summary>
internal static class MemberCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create(CliConsole console)
    {
        var url = CallCommands.UrlOption();
        var number = new Argument<int>("replica") { Description = "The replica's number." };
        var force = new Option<bool>("--force") { Description = "Even if fewer than two voters, or no quorum of live ones, would be left." };
        var leave = new Command("leave", "Order a replica's incarnation out. Its manager sets the data folder aside and begins a new one, which joins.") { number, force, url };
        leave.SetAction(async (parsed, _) =>
        {
            using var interrupt = new Interrupt();
            try
            {
                return await LeaveAsync(console, parsed.GetValue(url)!, parsed.GetValue(number), parsed.GetValue(force), interrupt.Token);
            }
            catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
            {
                return interrupt.ExitCode;
            }
        });
        return new Command("member", "Change who the members of the group are.") { leave };
    }

    private static async Task<int> LeaveAsync(CliConsole console, Uri url, int number, bool isForced, CancellationToken stop)
    {
        using var reader = new StatusReader(url);
        var (_, status, problem) = await reader.ReadAsync(stop);
        if (status is null)
        {
            console.Error.WriteLine(problem);
            return CliExitCodes.Unreachable;
        }

        if (status.Managers.FirstOrDefault(manager => manager.Id == $"manager{number}")?.Address is not { } address)
        {
            console.Error.WriteLine($"there is no manager of replica {number}; there are {string.Join(", ", status.Managers.Select(manager => manager.Id))}");
            return CliExitCodes.Usage;
        }

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        try
        {
            using var answer = await http.PostAsync(new Uri($"http://{address}/leave{(isForced ? "?force" : "")}"), null, stop);
            var text = (await answer.Content.ReadAsStringAsync(stop)).TrimEnd();
            (answer.IsSuccessStatusCode ? console.Out : console.Error).WriteLine(text);
            return answer.IsSuccessStatusCode ? CliExitCodes.Success : CliExitCodes.OtherOutcome;
        }
        catch (Exception silence) when (silence is HttpRequestException || (silence is OperationCanceledException && !stop.IsCancellationRequested))
        {
            console.Error.WriteLine($"manager{number} does not answer at {address}: {silence.Message}");
            return CliExitCodes.Unreachable;
        }
    }
}
