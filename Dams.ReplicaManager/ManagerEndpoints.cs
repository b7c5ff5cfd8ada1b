using System.Text.Json;
using Dams.Hosting.Web;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Protocol;
using Dams.ReplicaManager.Agreement;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Dams.ReplicaManager;

/// <summary>The manager's HTTP endpoints: its status, its snapshots for other managers, and an operator's order to leave.</summary>
internal static class ManagerEndpoints
{
    /// <summary><c>GET /status</c>: the manager, its replica's process and the agreed state.</summary>
    public static void MapStatus(
        this IEndpointRouteBuilder web, NodeId id, ManagerProtocol manager, ReplicaKeeper keeper, ProtocolDriver driver,
        Func<IReadOnlyList<string>> alarms, CancellationToken stopping) => web.MapGet("/status", async http =>
        {
            var replica = ManagerReporter.ReplicaOf(keeper);
            var isStopping = stopping.IsCancellationRequested;
            var status = await driver.InvokeAsync(
                now => ManagerReporter.Report(id.ToString(), isStopping, replica, driver, manager, now));
            status = status with { Alarms = [.. status.Alarms, .. alarms()] };
            http.Response.ContentType = "application/json";
            await JsonSerializer.SerializeAsync(http.Response.Body, status, ManagerJson.Default.ManagerStatus, http.RequestAborted);
        });

    /// <summary><c>GET /snapshot?sequence=</c>: the agreed state, for a manager that joins.</summary>
    public static void MapSnapshot(this IEndpointRouteBuilder web, ManagerProtocol manager, ProtocolDriver driver) =>
        web.MapGet("/snapshot", async (long sequence, HttpContext http) =>
        {
            var snapshot = await driver.InvokeAsync(_ => manager.FindSnapshot(sequence));
            http.Response.StatusCode = snapshot is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
            if (snapshot is not null)
                await http.Response.Body.WriteAsync(snapshot.ToJson(), http.RequestAborted);
        });

    /// <summary><c>POST /leave</c>: an operator wants the manager's own replica ordered out.</summary>
    public static void MapLeave(
        this IEndpointRouteBuilder web, OrderToken token, LeaveRequester leaves, NodeId replica, ProtocolDriver driver, ILogger logger) =>
        web.MapBareOrder("/leave", token, async http =>
        {
            var isForced = http.Request.Query.ContainsKey("force");
            var leaver = await driver.InvokeAsync(now => leaves.OnOperatorWants(replica.Number, isForced, now));
            http.Response.StatusCode = leaver is null ? StatusCodes.Status409Conflict : StatusCodes.Status202Accepted;
            if (leaver is { } incarnation)
                ManagerLog.OperatorOrdersOut(logger, replica.ToString(), incarnation.ToString(), isForced);
            await http.Response.WriteAsync(leaver is { } who
                ? $"{replica}, incarnation {who}, is being ordered out\n"
                : $"{replica} is not in the view, or no sequencer is heard\n");
        });
}
