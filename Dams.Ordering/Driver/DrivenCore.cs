using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;

namespace Dams.Ordering.Driver;

/// <summary>A core that a driver runs for one group. A process in two groups runs two cores on one socket.</summary>
/// <param name="Group">The group that its messages belong to.</param>
/// <param name="Protocol">The core itself.</param>
/// <param name="Outbox">Where the core puts messages to send and its wishes for a flush.</param>
/// <param name="Log">The log to flush; null for a core without a log.</param>
/// <param name="Observer">Looks at the core after each of its batches; null if nobody does.</param>
public sealed record DrivenCore(
    GroupId Group, IProtocol Protocol, Outbox Outbox, IFlushable? Log = null, ICoreObserver? Observer = null);
