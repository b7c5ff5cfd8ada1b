using Dams.Hosting;
using Dams.Hosting.Lab;
using Dams.Hosting.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Dams.FrontEnd.Lab;

/// <summary>What changes the cluster, on a loopback port of its own where no client is: the fault lab, if it may be used.</summary>
internal static class ControlServer
{
    /// <summary>The server, not started yet.</summary>
    /// <param name="context">The front end.</param>
    /// <param name="lab">Null if the cluster was started without it: then every fault is answered with 404 and the reason.</param>
    public static WebApplication Build(NodeContext context, FaultLab? lab)
    {
        var web = NodeWeb.CreateBuilder(context.Loggers, context.Topology.Limits, context.Topology.Control).Build();
        if (lab is not null)
            lab.Map(web);
        else
            web.Map(FaultEndpoints.Path + "/{**fault}", http => FaultEndpoints.SayAsync(http, StatusCodes.Status404NotFound, "The cluster was not started with --lab: faults can't be injected."));
        return web;
    }
}
