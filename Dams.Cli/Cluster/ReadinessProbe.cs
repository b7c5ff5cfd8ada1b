using Dams.Cli.Client;
using Dams.Cli.Status;
using Dams.Contracts.Domain;
using Dams.Hosting.Status;
using Dams.Hosting.Topology;

namespace Dams.Cli.Cluster;

/// <summary>Checks whether the cluster is ready, as a client would.</summary>
internal sealed class ReadinessProbe(ClusterTopology topology) : IDisposable
{
    // Any administrator may list, and listing changes nothing.
    private const string Caller = "MTLA0000";

    private readonly StatusReader _reader = new(topology.FrontEnds[0].Address.ToHttpUri());
    private readonly AppointmentClient _client = new(ReadyLine.ServiceOf(topology));

    /// <summary>Looks once. If <paramref name="isPatient"/>, it sends a request only when all replicas vote.</summary>
    public async Task<ReadinessObservation> LookAsync(bool isPatient, CancellationToken stop)
    {
        var status = (await _reader.ReadAsync(stop)).Status;
        var voting = status?.Replicas.Count(replica => replica.IsVoting) ?? 0;
        var isHealthy = voting > 0 && await _reader.IsHealthyAsync(stop);
        var isAnswered = false;
        var answeredByAll = 0L;
        if (isHealthy && (voting == topology.Replicas.Length || !isPatient))
        {
            var report = await _client.ListAsync(Caller, AppointmentType.Physician, AppointmentClient.NewRequestId()).WaitAsync(stop);
            isAnswered = report is CallReport.Answer { IsSuccess: true };
            answeredByAll = (await _reader.ReadAsync(stop)).Status?.Counters.AnsweredByAll ?? 0;
        }

        return new ReadinessObservation(isHealthy, voting, topology.Replicas.Length, isAnswered, answeredByAll, MissingIn(status));
    }

    /// <summary>
    /// The processes that are missing. While no sequencer is heard, the front end names them. Otherwise they are the replicas that do not
    /// vote.
    /// </summary>
    private IReadOnlyList<string> MissingIn(ClusterStatus? status) => status switch
    {
        null => [topology.FrontEnds[0].Id.ToString()],
        { WaitingFor: { Count: > 0 } missing } => missing,
        _ => [.. status.Replicas.Where(replica => !replica.IsVoting).Select(replica => replica.Id ?? "?")],
    };

    public void Dispose()
    {
        _reader.Dispose();
        _client.Dispose();
    }
}
