using Dams.Contracts.Soap;
using Dams.Contracts.Topology;
using Dams.Hosting.Lab;
using Dams.Ordering.Driver;
using Dams.Ordering.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Dams.Replica.Lab;

/// <summary>What the fault lab does to a replica: its lies, and how slow it is. Only there if the process was started with <c>--lab</c>.</summary>
/// <param name="id">The replica.</param>
/// <param name="replica">The replica between which and the shell the faults stand.</param>
/// <param name="lies">Its lies.</param>
/// <param name="logger">Tells what was ordered.</param>
internal sealed class ReplicaLab(NodeId id, FaultyReplica replica, ReplicaLies lies, ILogger logger)
{
    private static readonly TimeSpan SlowMax = TimeSpan.FromSeconds(10);

    /// <summary>The replica's endpoint with its lies.</summary>
    public IReplicaService Around(IReplicaService endpoint, ProtocolDriver driver) => new FaultyEndpoint(endpoint, lies, driver);

    /// <summary>Serves the orders, at the replica's own port, which is a loopback one in the lab.</summary>
    public void Map(IEndpointRouteBuilder web, ProtocolDriver driver)
    {
        web.MapFault("lie", FaultJson.Default.LieOrder, new LieOrder(id.Number, "outcome", 3), (order, _) => LieAsync(order, driver));
        web.MapFault("slow", FaultJson.Default.SlowOrder, new SlowOrder(id.Number, "200ms"), (order, _) => SlowAsync(order, driver));
        web.MapFault("heal", FaultJson.Default.HealOrder, new HealOrder(), (_, _) => HealAsync(driver));
        web.MapGet(FaultEndpoints.Path, async http => await FaultEndpoints.SayAsync(http, await driver.InvokeAsync(_ => Report()), FaultJson.Default.ReplicaLabReport));
    }

    private Task<string> LieAsync(LieOrder order, ProtocolDriver driver)
    {
        RequireSelf(order.Replica);
        var kind = LieKinds.Parse(order.Kind);
        if (order.Count is < 1 or > LieOrder.CountMax)
            throw FaultRefusedException.Wrong("count", order.Count, $"1 to {LieOrder.CountMax}, or none");
        return DoAsync(driver, () => lies.Begin(kind, order.Count),
            $"{id} lies ({order.Kind}) {(order.Count is { } count ? $"{count} times" : "until it is healed")}");
    }

    private Task<string> SlowAsync(SlowOrder order, ProtocolDriver driver)
    {
        RequireSelf(order.Replica);
        if (!DurationText.TryParse(order.By, out var by) || by > SlowMax)
            throw FaultRefusedException.Wrong("by", order.By, $"{DurationText.Expected}, at most {DurationText.Write(SlowMax)}");
        return DoAsync(driver, () => replica.Slow = by, $"{id} sends its replies {order.By} later");
    }

    private Task<string> HealAsync(ProtocolDriver driver) => DoAsync(driver, () =>
    {
        lies.End();
        replica.Slow = TimeSpan.Zero;
    }, $"{id} neither lies nor is slow");

    private async Task<string> DoAsync(ProtocolDriver driver, Action change, string said)
    {
        await driver.InvokeAsync(_ =>
        {
            change();
            return true;
        });
        LabLog.Ordered(logger, said);
        return said;
    }

    private ReplicaLabReport Report() => new(id.Number, lies.Count, lies.Kind is { } kind ? LieKinds.WordOf(kind) : null, lies.Left,
        replica.Slow > TimeSpan.Zero ? DurationText.Write(replica.Slow) : null);

    private void RequireSelf(int number)
    {
        if (number != id.Number)
            throw FaultRefusedException.Wrong("replica", number, $"{id.Number}: this is {id}");
    }
}

/// <summary>Log of the faults of a replica. Event ids 3080–3089.</summary>
internal static partial class LabLog
{
    [LoggerMessage(3080, LogLevel.Warning, "by order of the fault lab: {What}")]
    public static partial void Ordered(ILogger logger, string what);
}
