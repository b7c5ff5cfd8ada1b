using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.FrontEnd.Coordination;

/// <summary>
/// Decides when the sequencers are asked for the view: while there is none, or no sequencer is heard. Pure and single-threaded.
/// </summary>
internal sealed class ViewRequester(GroupOptions group, CoordinatorOptions options, Outbox outbox)
{
    /// <summary>When <see cref="OnTimer"/> wants to be called next.</summary>
    public Instant NextDeadline { get; private set; }

    /// <summary>Asks every sequencer if the time has come.</summary>
    /// <param name="isNeeded">Whether there is no view, or no sequencer is heard.</param>
    /// <param name="epoch">The highest epoch heard of.</param>
    public void OnTimer(bool isNeeded, Epoch epoch, Instant now)
    {
        if (now < NextDeadline)
            return;
        NextDeadline = now + options.ViewRetry;
        if (!isNeeded)
            return;
        foreach (var sequencer in group.Sequencers)
            outbox.Send(NodeId.Sequencer(sequencer), Epoch.None, new GetView(epoch));
    }
}
