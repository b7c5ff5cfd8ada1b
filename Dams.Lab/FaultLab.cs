using System.Text.Json.Serialization.Metadata;
using Dams.Hosting;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Ordering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Dams.Lab;

/// <summary>
/// Breaks the cluster on purpose: its processes by signals, its network by the proxy that runs here, and its replicas' replies by
/// asking the replicas to lie. There is one lab, in the first front end, and only if the cluster was started with <c>--lab</c>. For
/// any thread; orders are carried out one at a time.
/// </summary>
public sealed class FaultLab : IDisposable
{
    /// <summary>The word for the active sequencer, whichever it is.</summary>
    private const string ActiveSequencer = "sequencer";
    private const int ProxySeed = 1;
    private static readonly TimeSpan PauseMax = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan DelayMax = TimeSpan.FromSeconds(10);

    private readonly ClusterTopology _topology;
    private readonly LabSwitches _switches;
    private readonly Func<Task<int>> _sequencer;
    private readonly ILogger _logger;
    private readonly UdpProxy _proxy;
    private readonly ProcessFaults _processes;
    private readonly ReplicaLabs _replicas;
    private readonly OrderToken _orders;
    private readonly SemaphoreSlim _oneAtATime = new(1);

    /// <summary>Opens the lab: from now on its proxy passes the datagrams on.</summary>
    /// <param name="context">The context of this front end.</param>
    /// <param name="switches">The faults of this front end itself.</param>
    /// <param name="sequencer">Gives the number of the active sequencer.</param>
    /// <exception cref="System.Net.Sockets.SocketException">A lab port is not available.</exception>
    public FaultLab(NodeContext context, LabSwitches switches, Func<Task<int>> sequencer)
    {
        _topology = context.Topology;
        _switches = switches;
        _sequencer = sequencer;
        _logger = context.Loggers.CreateLogger<FaultLab>();
        _proxy = UdpProxy.Between(_topology, ProxySeed);
        _processes = new ProcessFaults(_topology, context.Id, TimeProvider.System, _logger);
        _orders = context.Orders;
        _replicas = new ReplicaLabs(_topology, _orders, context.Certificates.Nodes);
        FaultLabLog.Open(_logger, _topology.Control.ToString());
    }

    /// <summary>Maps an endpoint for each fault.</summary>
    public void Map(IEndpointRouteBuilder web)
    {
        Map(web, "lie", FaultJson.Default.LieOrder, new LieOrder(3, "outcome", 3),
            (order, stop) => _replicas.OrderAsync(order.Replica, "lie", order, FaultJson.Default.LieOrder, stop));
        Map(web, "slow", FaultJson.Default.SlowOrder, new SlowOrder(1, "200ms"),
            (order, stop) => _replicas.OrderAsync(order.Replica, "slow", order, FaultJson.Default.SlowOrder, stop));
        Map(web, "accuse", FaultJson.Default.AccuseOrder, new AccuseOrder(2), (order, _) => Task.FromResult(Accuse(order)));
        Map(web, "crash", FaultJson.Default.CrashOrder, new CrashOrder("2"), (order, _) => CrashAsync(order));
        Map(web, "pause", FaultJson.Default.PauseOrder, new PauseOrder("2", "5s"), (order, _) => PauseAsync(order));
        foreach (var fault in (PacketFault[])[PacketFault.Drop, PacketFault.Duplicate, PacketFault.Corrupt])
        {
            Map(web, fault.ToString().ToLowerInvariant(), FaultJson.Default.PacketOrder, new PacketOrder(10, To: "2"),
                (order, _) => Task.FromResult(Disturb(RuleOf(fault, order))));
        }

        Map(web, "delay", FaultJson.Default.DelayOrder, new DelayOrder("50ms", "20ms", "2"),
            (order, _) => Task.FromResult(Disturb(RuleOf(order))));
        Map(web, "partition", FaultJson.Default.PartitionOrder, new PartitionOrder("1,2|3,4"),
            (order, _) => Task.FromResult(Partition(order)));
        Map(web, "heal", FaultJson.Default.HealOrder, new HealOrder(), (_, stop) => HealAsync(stop));
        web.MapGet(FaultEndpoints.Path, async http =>
            await OrderEndpoints.SayAsync(http, await ReportAsync(http.RequestAborted), FaultJson.Default.LabReport));
    }

    /// <summary>Resumes the paused processes, and closes the proxy: from now on no datagram passes.</summary>
    public void Dispose()
    {
        _processes.Dispose();
        _replicas.Dispose();
        _proxy.Dispose();
        _oneAtATime.Dispose();
    }

    private void Map<T>(
        IEndpointRouteBuilder web, string fault, JsonTypeInfo<T> json, T sample, Func<T, CancellationToken, Task<string>> apply)
        where T : class => web.MapFault(fault, _orders, json, sample, async (order, stop) =>
    {
        await _oneAtATime.WaitAsync(stop);
        try
        {
            var answer = await apply(order, stop);
            FaultLabLog.Made(_logger, fault, answer);
            return answer;
        }
        finally
        {
            _oneAtATime.Release();
        }
    });

    private string Accuse(AccuseOrder order)
    {
        var replica = FaultTargets.Replica(_topology, order.Replica);
        _switches.AccusedReplica = order.Replica;
        return $"the front end reports {replica.Id} as wrong and silent";
    }

    private async Task<string> CrashAsync(CrashOrder order)
    {
        var id = await FindAsync(order.Process);
        return $"{id}, process {_processes.Crash(id).ProcessId}, is killed";
    }

    private async Task<string> PauseAsync(PauseOrder order)
    {
        var duration = DurationOf("for", order.For, PauseMax);
        var id = await FindAsync(order.Process);
        return $"{id}, process {_processes.Pause(id, duration).ProcessId}, is paused for {DurationText.Write(duration)}";
    }

    private string Disturb(PacketRule rule)
    {
        var faults = _proxy.Faults.With(rule);
        if (faults.Rules.Length > NetworkFaults.RulesMax)
            throw OrderRefusedException.Impossible($"The network has {NetworkFaults.RulesMax} faults already: heal first.");
        _proxy.Faults = faults;
        return $"the network: {string.Join("; ", faults.Describe())}";
    }

    private string Partition(PartitionOrder order)
    {
        _proxy.Faults = _proxy.Faults with { Groups = FaultTargets.ParseGroups(_topology, order.Groups) };
        return $"the network: {string.Join("; ", _proxy.Faults.Describe())}";
    }

    private async Task<string> HealAsync(CancellationToken stop)
    {
        _switches.AccusedReplica = null;
        _proxy.Faults = NetworkFaults.None;
        _processes.ResumeAll();
        var unhealed = await _replicas.HealAsync(stop);
        var problems = unhealed.Select(replica => replica.Problem);
        var liars = unhealed.Where(replica => replica.MayLie).Select(replica => replica.Id.ToString()).ToList();
        return liars.Count == 0
            ? string.Join("; ", problems.Prepend("all injected faults are healed"))
            : throw OrderRefusedException.Impossible(
                string.Join("; ", problems.Prepend($"{string.Join(" and ", liars)} may still lie: heal again")));
    }

    private async Task<LabReport> ReportAsync(CancellationToken stop) =>
        new(_processes.Paused, _proxy.Faults.Describe(), _proxy.Counters, await _replicas.ReportAsync(stop), _switches.AccusedReplica);

    private PacketRule RuleOf(PacketFault fault, PacketOrder order) => order.Percent is >= 0 and <= 100
        ? new PacketRule(fault, NodeOf("from", order.From), NodeOf("to", order.To), order.Percent / 100)
        : throw OrderRefusedException.Wrong("percent", order.Percent, "0 to 100");

    private PacketRule RuleOf(DelayOrder order) => new(PacketFault.Delay, NodeOf("from", order.From), NodeOf("to", order.To), 1,
        DurationOf("by", order.By, DelayMax), order.Jitter is null ? TimeSpan.Zero : DurationOf("jitter", order.Jitter, DelayMax));

    private NodeId? NodeOf(string field, string? name) =>
        name is null ? null : FaultTargets.Parse(_topology, field, name);

    private async Task<NodeId> FindAsync(string process) => process == ActiveSequencer
        ? NodeId.Sequencer((byte)await _sequencer())
        : FaultTargets.Parse(_topology, "process", process);

    private static TimeSpan DurationOf(string field, string text, TimeSpan max) =>
        DurationText.TryParse(text, out var duration) && duration <= max
            ? duration
            : throw OrderRefusedException.Wrong(field, text, $"{DurationText.Expected}, at most {DurationText.Write(max)}");
}
