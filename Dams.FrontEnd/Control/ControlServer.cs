using Dams.Hosting;
using Dams.Hosting.Processes;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Lab;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Dams.FrontEnd.Control;

/// <summary>
/// Serves the orders that change the cluster: the shutdown, and the fault lab if it is enabled. It has its own loopback port, which no
/// client uses.
/// </summary>
internal static class ControlServer
{
    /// <summary>Enough for a few runs of the tool on this machine at the same time.</summary>
    private const int ConnectionsMax = 16;

    /// <summary>Builds the server, but does not start it.</summary>
    /// <param name="context">The context of the front end.</param>
    /// <param name="address">The address to listen at.</param>
    /// <param name="lab">Null if the cluster was started without the lab: then every fault is answered with 404 and the reason.</param>
    public static WebApplication Build(NodeContext context, NodeAddress address, FaultLab? lab)
    {
        var web = NodeWeb.CreateBuilder(context.Loggers, context.Topology.Limits, ConnectionsMax, address)
            .AnswerUnder(HostNames.Of(context.Topology))
            .Build();
        web.MapOrder("/shutdown", context.Orders, ControlJson.Default.ShutdownOrder, new ShutdownOrder(),
            (_, _) => Task.FromResult(Shutdown(context.Topology)));
        if (lab is not null)
            lab.Map(web);
        else
        {
            web.Map(FaultEndpoints.Path + "/{**fault}", http => OrderEndpoints.SayAsync(http, StatusCodes.Status404NotFound,
                "The cluster was not started with --lab: faults can't be injected."));
        }

        return web;
    }

    // Only the process that runs the others can stop them in order; they can't do that themselves.
    private static string Shutdown(ClusterTopology topology)
    {
        if (PidFile.FindRunning(topology.DataFolder, PidFile.ClusterHolder) is not { } up)
        {
            throw OrderRefusedException.Impossible(
                $"This cluster is not run by dams up on {topology.DataFolder}: stop its processes where they were started.");
        }

        ProcessSignal.Terminate(up);
        return $"dams up, process {up.ProcessId}, stops the cluster";
    }
}
