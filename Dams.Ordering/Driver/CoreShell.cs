using Dams.Ordering.Messages;
using Dams.Ordering.Storage;
using Dams.Ordering.Transport;

namespace Dams.Ordering.Driver;

/// <summary>A core in its driver, with its observer and the part of the wire that is its own. Called in the loop only.</summary>
internal sealed class CoreShell
{
    public CoreShell(DrivenCore core, DriverOptions options, uint clusterId, KeyRing keys, IDatagramSink sink)
    {
        Core = core;
        Sealer = new DatagramSealer(options.Self, options.Boot, core.Group, clusterId, keys);
        Packer = new DatagramPacker(Sealer, sink, options.DatagramBytesMax);
    }

    public DrivenCore Core { get; }

    /// <summary>The room in the log, as of this turn.</summary>
    public LogRoom Room { get; set; }

    /// <summary>Whether effects are waiting: those of its start, or those of the end of its last batch, after a flush.</summary>
    public bool HasEffects => Core.Outbox.FlushWanted != 0 || Core.Outbox.Messages.Count != 0;

    public DatagramSealer Sealer { get; }

    public DatagramPacker Packer { get; }

    public void OnMessage(in Envelope envelope, Message message, Instant now)
    {
        Core.Protocol.OnMessage(envelope, message, now);
        Core.Observer?.OnMessage(envelope, message, now);
    }

    public void OnBatchEnd(Instant now)
    {
        Core.Protocol.OnBatchEnd(now);
        Core.Observer?.OnBatchEnd(now);
    }
}
