using Dams.Contracts.Topology;
using Dams.Hosting;
using Dams.Hosting.Lab;
using Dams.Hosting.Processes;
using Dams.Hosting.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Dams.FrontEnd.Lab;

/// <summary>What changes the cluster, on a loopback port of its own where no client is: its end, and the fault lab, if it may be used.</summary>
internal static class ControlServer
{
    /// <summary>The tool on this machine, a few times at once.</summary>
    private const int ConnectionsMax = 16;

    /// <summary>The server, not started yet.</summary>
    /// <param name="context">The front end.</param>
    /// <param name="lab">Null if the cluster was started without it: then every fault is answered with 404 and the reason.</param>
    public static WebApplication Build(NodeContext context, FaultLab? lab)
    {
        var web = NodeWeb.CreateBuilder(context.Loggers, context.Topology.Limits, ConnectionsMax, context.Topology.Control).Build();
        web.MapOrder("/shutdown", FaultJson.Default.ShutdownOrder, new ShutdownOrder(), (_, _) => Task.FromResult(Shutdown(context.Topology)));
        if (lab is not null)
            lab.Map(web);
        else
            web.Map(FaultEndpoints.Path + "/{**fault}", http => FaultEndpoints.SayAsync(http, StatusCodes.Status404NotFound, "The cluster was not started with --lab: faults can't be injected."));
        return web;
    }

    // Who runs the processes stops them in order; they can't do that themselves.
    private static string Shutdown(ClusterTopology topology)
    {
        if (PidFile.FindRunning(topology.DataFolder, PidFile.ClusterHolder) is not { } up)
            throw FaultRefusedException.Impossible($"This cluster is not run by dams up on {topology.DataFolder}: stop its processes where they were started.");
        ProcessSignal.Terminate(up);
        return $"dams up, process {up.ProcessId}, stops the cluster";
    }
}
