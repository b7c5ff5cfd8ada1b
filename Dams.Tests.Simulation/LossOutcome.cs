namespace Dams.Tests.Simulation;

/// <summary>The result of a run with a loss of hosts.</summary>
/// <param name="Asked">How many writes were called within two seconds after the loss.</param>
/// <param name="Answered">How many of them were answered within their deadline.</param>
/// <param name="Open">How many of them have not ended.</param>
/// <param name="Fastest">The shortest time of an answer.</param>
/// <param name="HasNewLeader">Whether a sequencer has become active since.</param>
/// <param name="HasRestarted">Whether the restarted replica works again.</param>
/// <param name="IsReplaced">Whether another incarnation of the liar votes.</param>
internal sealed record LossOutcome(
    int Asked, int Answered, int Open, TimeSpan? Fastest, bool HasNewLeader, bool HasRestarted, bool IsReplaced);
