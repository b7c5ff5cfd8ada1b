using Dams.Contracts.Soap;
using Dams.Hosting.Web;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Dams.Lab;

/// <summary>
/// Makes a replica lie or answer slowly, by order of the fault lab. Exists only if the process was
/// started with <c>--lab</c>.
/// </summary>
public sealed class ReplicaLab : IDisposable
{
    private static readonly TimeSpan SlowMax = TimeSpan.FromSeconds(10);

    private readonly NodeId _id;
    private readonly ReplicaLies _lies;
    private readonly FaultyReplica _replica;
    private readonly ILogger _logger;

    /// <summary>Puts a lab around a replica. So far the replica does everything right.</summary>
    /// <param name="id">The id of the replica.</param>
    /// <param name="replica">The core that the process would run without the lab: group, protocol, outbox and log.</param>
    /// <param name="truth">The replica's true answers, of which the lies are made.</param>
    /// <param name="log">The log of the replica, which has the commands.</param>
    /// <param name="logger">Logs the faults that were ordered.</param>
    public ReplicaLab(NodeId id, DrivenCore replica, IReplicaTruth truth, IMemberLog log, ILogger logger)
    {
        (_id, _logger) = (id, logger);
        _lies = new ReplicaLies(truth, log);
        _replica = new FaultyReplica(replica.Protocol, replica.Outbox, _lies);
        Driven = replica with { Protocol = _replica, Outbox = _replica.Outbox };
    }

    /// <summary>The core that the process runs instead.</summary>
    public DrivenCore Driven { get; }

    /// <summary>Drops the old state that a lie may have kept. Call it when the loop has ended.</summary>
    public void Dispose() => _lies.Dispose();

    /// <summary>Puts the lies around the replica's endpoint.</summary>
    public IReplicaService Around(IReplicaService endpoint, ProtocolDriver driver) => new FaultyEndpoint(endpoint, _lies, driver);

    /// <summary>Serves the lab's orders at the replica's own port, which is on loopback in the lab.</summary>
    /// <param name="web">The replica's server.</param>
    /// <param name="token">The secret that the orders must carry.</param>
    /// <param name="driver">The loop that owns the replica.</param>
    public void Map(IEndpointRouteBuilder web, OrderToken token, ProtocolDriver driver)
    {
        web.MapFault("lie", token, FaultJson.Default.LieOrder, new LieOrder(_id.Number, "outcome", 3),
            (order, _) => LieAsync(order, driver));
        web.MapFault("slow", token, FaultJson.Default.SlowOrder, new SlowOrder(_id.Number, "200ms"),
            (order, _) => SlowAsync(order, driver));
        web.MapFault("heal", token, FaultJson.Default.HealOrder, new HealOrder(), (_, _) => HealAsync(driver));
        web.MapGet(FaultEndpoints.Path, async http =>
            await OrderEndpoints.SayAsync(http, await driver.InvokeAsync(_ => Report()), FaultJson.Default.ReplicaLabReport));
    }

    private Task<string> LieAsync(LieOrder order, ProtocolDriver driver)
    {
        RequireSelf(order.Replica);
        var kind = LieKinds.Parse(order.Kind);
        if (order.Count is < 1 or > LieOrder.CountMax)
            throw OrderRefusedException.Wrong("count", order.Count, $"1 to {LieOrder.CountMax}, or no count");
        return DoAsync(driver, () => _lies.Begin(kind, order.Count),
            $"{_id} lies ({order.Kind}) {(order.Count is { } count ? $"{count} times" : "until it is healed")}");
    }

    private Task<string> SlowAsync(SlowOrder order, ProtocolDriver driver)
    {
        RequireSelf(order.Replica);
        if (!DurationText.TryParse(order.By, out var by) || by > SlowMax)
            throw OrderRefusedException.Wrong("by", order.By, $"{DurationText.Expected}, at most {DurationText.Write(SlowMax)}");
        return DoAsync(driver, () => _replica.Slow = by, $"{_id} sends its replies {order.By} later");
    }

    private Task<string> HealAsync(ProtocolDriver driver) => DoAsync(driver, () =>
    {
        _lies.End();
        _replica.Slow = TimeSpan.Zero;
    }, $"{_id} neither lies nor is slow");

    private async Task<string> DoAsync(ProtocolDriver driver, Action change, string said)
    {
        await driver.InvokeAsync(_ =>
        {
            change();
            return true;
        });
        ReplicaLabLog.Ordered(_logger, said);
        return said;
    }

    private ReplicaLabReport Report() => new(_id.Number, _lies.Count, _lies.Kind is { } kind ? LieKinds.WordOf(kind) : null, _lies.Left,
        _replica.Slow > TimeSpan.Zero ? DurationText.Write(_replica.Slow) : null);

    private void RequireSelf(int number)
    {
        if (number != _id.Number)
            throw OrderRefusedException.Wrong("replica", number, $"{_id.Number}: this is {_id}");
    }
}
