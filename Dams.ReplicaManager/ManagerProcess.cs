using System.Text.Json;
using Dams.Contracts.Topology;
using Dams.Hosting;
using Dams.Hosting.Processes;
using Dams.Hosting.Supervision;
using Dams.Hosting.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Dams.ReplicaManager;

/// <summary>
/// Keeps the replica of its number running. The replica is no part of this process: it goes on when a manager is killed, and the next manager takes it
/// over. A manager that stops in order, because it was told to or its parent is gone, stops its replica first.
/// </summary>
internal static class ManagerProcess
{
    public static async Task<int> RunAsync(NodeContext context, CancellationToken stopping)
    {
        var id = new NodeId(NodeRole.Replica, context.Id.Number);
        var folder = context.Topology.FolderOf(id);
        var program = ProgramLocator.Find(NodeRole.Replica);
        var replica = new SupervisedProcess(id.ToString(), () => program.ToStartInfo(context.ArgumentsFor(id)), new SupervisionPolicy(),
            context.Loggers.CreateLogger("Dams.ReplicaManager.Replica"), TimeProvider.System, () => PidFile.FindRunning(folder, id.ToString()));

        var builder = NodeWeb.CreateBuilder(context.Loggers, context.Topology.Limits, context.Node.Listen);
        await using var web = builder.Build();
        web.MapGet("/status", http =>
        {
            var status = StatusOf(context, id, replica.Status, stopping.IsCancellationRequested);
            http.Response.ContentType = "application/json";
            return JsonSerializer.SerializeAsync(http.Response.Body, status, ManagerJson.Default.ManagerStatus, http.RequestAborted);
        });
        // The port first: a manager that can't have it must not have a replica either.
        await web.StartAsync(stopping);
        replica.Want();
        using (stopping.Register(replica.End))
            await replica.RunAsync();
        await web.StopAsync(CancellationToken.None);
        return ExitCodes.Stopped;
    }

    private static ManagerStatus StatusOf(NodeContext context, NodeId replica, SupervisedStatus status, bool isStopping) => new(
        context.Id.ToString(),
        Environment.ProcessId,
        isStopping ? "stopping" : "running",
        new ReplicaStatus(replica.ToString(), status.Process?.ProcessId, status.State.ToString().ToLowerInvariant(), status.Restarts, status.LastExitCode));
}
