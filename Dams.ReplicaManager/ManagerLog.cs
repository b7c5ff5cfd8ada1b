using Microsoft.Extensions.Logging;

namespace Dams.ReplicaManager;

/// <summary>Log of a manager. Event ids 5000–5019, 5024, 5040 and 5041.</summary>
internal static partial class ManagerLog
{
    [LoggerMessage(5000, LogLevel.Warning, "{Replica}'s incarnation is over; its folder is kept as {Folder}, and a new incarnation begins")]
    public static partial void SetAside(ILogger logger, string replica, string folder);

    [LoggerMessage(5001, LogLevel.Warning,
        "{Replica} is replaced ({Why}): incarnation {Incarnation} ends and its folder is set aside; the next incarnation runs {Version}")]
    public static partial void Replaces(ILogger logger, string replica, string incarnation, string why, string version);

    [LoggerMessage(5002, LogLevel.Warning, "an operator orders out {Replica}, incarnation {Incarnation} (forced: {IsForced})")]
    public static partial void OperatorOrdersOut(ILogger logger, string replica, string incarnation, bool isForced);

    [LoggerMessage(5003, LogLevel.Debug, "replica {Replica} does not answer: {Problem}")]
    public static partial void NoAnswer(ILogger logger, byte replica, string problem);

    [LoggerMessage(5004, LogLevel.Error,
        "{Replica} must be replaced, but its folder {Folder} can't be set aside: {Problem}. "
        + "Make the folder writable, or move it away by hand; the manager tries again")]
    public static partial void CannotSetAside(ILogger logger, string replica, string folder, string problem);

    [LoggerMessage(5005, LogLevel.Information, "agreed, event {Number}: replica{Replica}: {Kind}: {Text}")]
    public static partial void Agreed(ILogger logger, long number, byte replica, string kind, string text);

    [LoggerMessage(5006, LogLevel.Error, "agreed, event {Number}: replica{Replica}: {Kind}: {Text}")]
    public static partial void Alarmed(ILogger logger, long number, byte replica, string kind, string text);

    [LoggerMessage(5007, LogLevel.Information, "{State} in the managers' group, promised {Promised}, installed {Installed}, {View}")]
    public static partial void StateChanged(ILogger logger, string state, string promised, string installed, string view);

    [LoggerMessage(5008, LogLevel.Error, "the agreed state can't be saved; this manager ends, and is started again")]
    public static partial void NotSaved(ILogger logger, Exception problem);

    [LoggerMessage(5024, LogLevel.Error,
        "the agreed state can't be saved, because the disk is full ({Problem}); the manager keeps trying. "
        + "Meanwhile the log keeps the entries that the saved state would replace")]
    public static partial void SaveWaits(ILogger logger, string problem);

    [LoggerMessage(5009, LogLevel.Debug, "{Manager} does not answer: {Problem}")]
    public static partial void NoManager(ILogger logger, string manager, string problem);

    [LoggerMessage(5010, LogLevel.Warning,
        "this manager's incarnation is over ({State}: {Reason}); its folder is kept as evidence, "
        + "and its next incarnation joins the managers' group")]
    public static partial void BeginsAnew(ILogger logger, string state, string reason);

    [LoggerMessage(5011, LogLevel.Error,
        "the states of the replicas are divided at checkpoint {Checkpoint}: it is not one against the rest, so nobody is accused. "
        + "Compare what GetStateDigest says of this checkpoint at all four replicas, and order the wrong ones out")]
    public static partial void Divided(ILogger logger, long checkpoint);

    [LoggerMessage(5012, LogLevel.Error,
        "can't install epoch {Promised} of the managers' group: the entries that the others send do not lead from entry {Executed}, "
        + "the last one executed here, to the beginning of that epoch. This manager takes none of them and keeps asking. "
        + "If that lasts, stop this manager, move its folder away and start it again: it then joins anew")]
    public static partial void InstallsInVain(ILogger logger, string promised, long executed);

    [LoggerMessage(5013, LogLevel.Warning,
        "{Replica} runs {Former}, but the managers have agreed on {Next}: its process is stopped, and started again with that version")]
    public static partial void ChangesVersion(ILogger logger, string replica, string former, string next);

    [LoggerMessage(5014, LogLevel.Warning,
        "{Manager} gives bytes that are no state of the managers' group at JOIN {Sequence}; they are ignored. "
        + "Both must run the same release")]
    public static partial void NoSnapshot(ILogger logger, string manager, long sequence);

    [LoggerMessage(5015, LogLevel.Error,
        "the other managers give different states at JOIN {Sequence}, and no two of them the same. This manager believes none, and asks "
        + "again until two agree. Look at their logs and start the wrong one with an empty folder")]
    public static partial void StatesDisputed(ILogger logger, long sequence);

    [LoggerMessage(5041, LogLevel.Error, "{Why}. It is not replaced for that")]
    public static partial void Blocked(ILogger logger, string why);

    [LoggerMessage(5018, LogLevel.Warning, "an operator wants entry {Seq} skipped")]
    public static partial void OperatorSkips(ILogger logger, long seq);

    [LoggerMessage(5019, LogLevel.Warning, "the skip of entry {Seq}: {Outcome}")]
    public static partial void SkipEnded(ILogger logger, long seq, string outcome);

    [LoggerMessage(5040, LogLevel.Error,
        "this manager's own folder is damaged: it is kept as evidence, and the manager joins its group anew, "
        + "as if the folder had been deleted. {Damage}")]
    public static partial void FolderDamaged(ILogger logger, string damage);
}
