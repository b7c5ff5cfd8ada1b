using System.CommandLine;
using Dams.Cli.Client;
using Dams.Cli.CommandLine;
using Dams.Hosting.Topology;

namespace Dams.Cli.Membership;

/// <summary><c>dams member leave</c>: orders a replica's incarnation out of the replicas' group.</summary>
internal static class MemberCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static System.CommandLine.Command Create(CliConsole console)
    {
        var url = CallCommands.UrlOption();
        var config = ClusterOption.Create();
        var number = new Argument<int>("REPLICA")
        {
            Description = "The replica's number.",
            CustomParser = Numbers.Between("REPLICA", 1, ClusterTopology.ReplicasMax),
        };
        var force = new Option<bool>("--force")
        {
            Description = "Order it out even if fewer than two voters, or no quorum of live voters, would be left.",
        };
        var leave = new System.CommandLine.Command("leave",
            "Order a replica's incarnation out. Its manager sets the data folder aside and starts a new incarnation, which joins.")
        {
            number, force, url, config,
        };
        leave.SetAction(async (parsed, _) =>
        {
            using var interrupt = new Interrupt();
            try
            {
                return await ManagerCall.PostAsync(
                    console, parsed.GetValue(url)!, parsed.GetValue(config), $"manager{parsed.GetValue(number)}",
                    parsed.GetValue(force) ? "leave?force" : "leave", Patience, interrupt.Token);
            }
            catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
            {
                return interrupt.ExitCode;
            }
        });
        return new System.CommandLine.Command("member", "Change the members of the replicas' group.") { leave };
    }
}
