using System.CommandLine;
using System.Globalization;
using Dams.Cli.Client;

namespace Dams.Cli.Membership;

/// <summary><c>dams skip</c>: skips an entry that kills every replica that executes it.</summary>
internal static class SkipCommand
{
    // The manager waits for the outcome itself.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public static Command Create(CliConsole console)
    {
        var url = CallCommands.UrlOption();
        var config = ClusterOption.Create();
        var seq = new Argument<long>("SEQ")
        {
            Description = "The entry's number. dams status shows before which entry replicas wait.",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    && number is > 0 and <= long.MaxValue / 2)
                    return number;
                result.AddError($"SEQ is '{text}'; expected the number of an entry, from 1");
                return default;
            },
        };
        var skip = new Command("skip",
            "Skip an entry that kills the replicas. Its request fails for good. The skip is refused if the client may have an answer.")
        {
            seq, url, config,
        };
        skip.SetAction(async (parsed, _) =>
        {
            using var interrupt = new Interrupt();
            try
            {
                return await ManagerCall.PostAsync(console, parsed.GetValue(url)!, parsed.GetValue(config), null,
                    FormattableString.Invariant($"skip?seq={parsed.GetValue(seq)}"), Patience, interrupt.Token);
            }
            catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
            {
                return interrupt.ExitCode;
            }
        });
        return skip;
    }
}
