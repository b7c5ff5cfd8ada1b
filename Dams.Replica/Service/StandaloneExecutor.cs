using System.Text;
using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Ordering;
using Dams.Replica.Core;
using Dams.Replica.Engines;
using Dams.Service;

namespace Dams.Replica.Service;

/// <summary>
/// Serves the whole contract from one engine in one process, unreplicated and in memory. It is for development,
/// and it is the baseline of the benchmark. It uses the same state machine as a replica, and a lock orders the
/// entries. Called by many threads.
/// </summary>
internal sealed class StandaloneExecutor : IAppointmentExecutor, IReplySink
{
    private readonly Lock _order = new();
    private readonly ReplicaCore _core;
    private readonly BootId _boot = new(1);
    private Chain _chain;
    private ulong _lastNumber;
    private StoredReply? _reply;

    /// <summary>Makes an executor around an engine that holds nothing yet.</summary>
    public StandaloneExecutor(IAppointmentEngine engine) => _core = new ReplicaCore(engine, new ReplicaCoreOptions(), this);

    /// <inheritdoc/>
    public ValueTask<ExecutedReply> ExecuteAsync(Command command, string? requestId, CancellationToken ct)
    {
        var opcode = CommandCodec.OpcodeOf(command);
        var payload = CommandCodec.Encode(command);
        var digest = Request.DigestOf(opcode, payload);
        lock (_order)
        {
            var number = ++_lastNumber;
            var key = requestId is null
                ? new RequestKey(1, _boot.Value, number)
                : RequestKey.OfClient(Encoding.UTF8.GetBytes($"{command.Caller}\0{requestId}"));
            var entry = new Entry(
                _core.Executed.Next, Epoch.None, 0, EntryKind.Operation, _chain,
                new Request(key, 1, _boot, number, opcode, digest, payload));
            _chain = entry.Chain;
            _core.OnDelivered(entry, default);
            if (!ReplyCodec.TryDecode(_reply!.Result, out var reply))
                throw new InvalidOperationException("the version gave a reply that can't be decoded");
            return ValueTask.FromResult(new ExecutedReply(reply!, _reply.Seq.Value));
        }
    }

    /// <inheritdoc/>
    public void OnReply(StoredReply reply, byte frontEnd) => _reply = reply;
}
