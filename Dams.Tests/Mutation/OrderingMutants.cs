namespace Dams.Tests.Mutation;

/// <summary>Rules of the ordering protocol that are taken out.</summary>
internal static class OrderingMutants
{
    public static Mutant EpochQuorumOfTwo { get; } = Mutant.Of(
        "Two promises and two installs are enough for an epoch of four members.",
        [
            In(
                "View.cs",
                "int EpochQuorum => EpochQuorumOf(Voters);",
                "int EpochQuorum => MUTATED ? Math.Min(2, Voters) : EpochQuorumOf(Voters);"),
        ]);

    public static Mutant CommitQuorumOfOne { get; } = Mutant.Of(
        "An entry is committed when one member has it.",
        [
            In("View.cs", "int CommitQuorum => Math.Min(2, Voters);", "int CommitQuorum => MUTATED ? 1 : Math.Min(2, Voters);"),
        ]);

    public static Mutant DelayedNewViewCuts { get; } = Mutant.Of(
        "A NEWVIEW that is installed already is installed again, and cuts what was acknowledged since.",
        [
            In(
                "Protocol/GroupMember.States.cs",
                "if (view.Claim == Installed && Installed == Promised)",
                "if (view.Claim == Installed && Installed == Promised && !MUTATED)"),
        ]);

    public static Mutant GapIsSkipped { get; } = Mutant.Of(
        "An entry is appended even if there is a gap before it.",
        [
            In("Protocol/OrderReceiver.cs", "if (entry.Seq != log.Last.Next)", "if (entry.Seq != log.Last.Next && !MUTATED)"),
        ]);

    public static Mutant OlderEpochIsFollowed { get; } = Mutant.Of(
        "A member follows the order of an epoch that is older than the promised one.",
        [
            In(
                "Protocol/GroupMember.States.cs",
                "SendRefusal(envelope.From);\n        return false;",
                "if (MUTATED)\n            return true;\n        SendRefusal(envelope.From);\n        return false;"),
        ]);

    public static Mutant CommitIsObeyedAcrossEpochs { get; } = Mutant.Of(
        "A member obeys a commit number from any sender.",
        [
            In(
                "Protocol/GroupMember.cs",
                "case Commit m when IsFromPromised(envelope, now):",
                "case Commit m when MUTATED || IsFromPromised(envelope, now):"),
        ]);

    public static Mutant AcknowledgedBeforeFlush { get; } = Mutant.Of(
        "A write is acknowledged before it is flushed.",
        [
            In(
                "Protocol/GroupMember.cs",
                "_log.Write();",
                """
                var pending = _log.PendingWrites;
                _log.Write();
                if (MUTATED && _log.PendingWrites > pending)
                {
                    _log.NoteDurable(_log.Last);
                    _reporter.OnAckDue();
                }
                """),
        ]);

    public static Mutant ActivationCountsForOlderEntries { get; } = Mutant.Of(
        "A member that votes from its ACTIVATE on also counts for entries before it.",
        [
            In(
                "Protocol/MemberProgressTable.cs",
                "StableAmong(views.Before, latest, commit)",
                "StableAmong(MUTATED ? latest : views.Before, latest, commit)"),
        ]);

    public static Mutant LongestLogWins { get; } = Mutant.Of(
        "The longest log is chosen, whatever epoch it has installed.",
        [
            In(
                "Protocol/PromiseCollector.cs",
                "if (isBetter)",
                "if (MUTATED ? best is null || promise.Last > best.Last : isBetter)"),
        ]);

    public static Mutant QuorumOfStrangers { get; } = Mutant.Of(
        "Every promise counts, whether its member is in the view or not.",
        [
            In(
                "Protocol/PromiseCollector.cs",
                "return counted < best.View.EpochQuorum",
                "return (MUTATED ? _promises.Count : counted) < best.View.EpochQuorum"),
        ]);

    public static Mutant ExecutedOnOrder { get; } = Mutant.Of(
        "An entry is executed as soon as it is appended.",
        [
            In("Protocol/Executor.cs", "|| Executed >= _log.Committed)", "|| (Executed >= _log.Committed && !MUTATED))"),
        ]);

    public static Mutant PromiseIsForgotten { get; } = Mutant.Of(
        "A promise is given without being on disk.",
        [
            In(
                "Protocol/GroupMember.States.cs",
                "_log.Remember(_log.Record with { Promised = claim });\n        _log.OwePromise(candidate);",
                """
                if (MUTATED)
                {
                    _log.Adopt(_log.Record with { Promised = claim });
                    SendPromise(candidate);
                }
                else
                {
                    _log.Remember(_log.Record with { Promised = claim });
                    _log.OwePromise(candidate);
                }
                """),
        ]);

    public static Mutant RefusalReachesNobody { get; } = Mutant.Of(
        "A sequencer whose message is refused is not told.",
        [
            In(
                "Protocol/GroupMember.States.cs",
                "SendRefusal(NodeId sequencer) => _outbox.Send(sequencer, Followed, new Refused(Promised));",
                "SendRefusal(NodeId sequencer) { if (!MUTATED) _outbox.Send(sequencer, Followed, new Refused(Promised)); }"),
        ]);

    public static Mutant DuplicateIsSwallowed { get; } = Mutant.Of(
        "A repeated request is acknowledged, and nothing else happens.",
        [
            In("Protocol/TotalOrder.cs", "if (known.Seq > CommitSeq)", "if (known.Seq > CommitSeq || MUTATED)"),
        ]);

    public static Mutant JoinerAboveTailHalts { get; } = Mutant.Of(
        "A joiner whose JOIN is above the new epoch's tail halts.",
        [
            In("Protocol/GroupMember.States.cs", "_joiner.IsJoinedAbove(view);", "_joiner.IsJoinedAbove(view) && !MUTATED;"),
        ]);

    public static Mutant ShorterMemberHalts { get; } = Mutant.Of(
        "A member whose log is shorter than the new epoch's halts, and fetches nothing.",
        [
            In(
                "Protocol/EpochInstaller.cs",
                "Ask(now);\n        return Intake.Waiting;",
                """
                if (MUTATED)
                    return Intake.Contradiction("the log is too short");
                Ask(now);
                return Intake.Waiting;
                """),
        ]);

    public static Mutant TrimmingIgnoresSilentMembers { get; } = Mutant.Of(
        "Members that were not heard in this epoch don't hold up trimming.",
        [
            In(
                "Protocol/MemberProgressTable.cs",
                "member.Votes ? DurableOf(member) :",
                "member.Votes ? (MUTATED && DurableOf(member) == SequenceNumber.Zero ? commit : DurableOf(member)) :"),
        ]);

    public static Mutant FolderIsBelieved { get; } = Mutant.Of(
        "A member works on any folder that it finds, even on an older copy of its own.",
        [
            In(
                "Protocol/FolderStamps.cs",
                "MayWork = options.ConfirmationsNeeded == 0;",
                "MayWork = options.ConfirmationsNeeded == 0 || MUTATED;"),
            In("Protocol/FolderStamps.cs", "if (answer.Known != _own)", "if (answer.Known != _own && !MUTATED)"),
        ]);

    public static Mutant LogDeletedBeforeLeave { get; } = Mutant.Of(
        "A member counts itself as ordered out, and its folder is set aside, as soon as its log has its LEAVE, committed or not.",
        [
            In(
                "Protocol/GroupMember.cs",
                "if (step.Status != IntakeStatus.Taken)\n            return;",
                """
                if (step.Status != IntakeStatus.Taken)
                    return;
                if (MUTATED && !_joiner.IsIn(View, out _))
                    BecomeLeft();
                """),
        ]);

    public static Mutant UncommittedEntriesAreDropped { get; } = Mutant.Of(
        "The sequencer's history drops the oldest entries when it is full, committed or not.",
        [
            In(
                "Protocol/TotalOrder.cs",
                "SequenceNumber Droppable => CommitSeq;",
                "SequenceNumber Droppable => MUTATED ? MaxSeq : CommitSeq;"),
        ]);

    public static Mutant TimeFollowsTheClock { get; } = Mutant.Of(
        "The time of entries follows the sequencer's clock wherever it jumps.",
        [
            In(
                "Protocol/TotalOrder.cs",
                "_time = Math.Max(_time, now.UnixMilliseconds);",
                "_time = MUTATED ? now.UnixMilliseconds : Math.Max(_time, now.UnixMilliseconds);"),
        ]);

    public static Mutant SkipSignedByTheLiving { get; } = Mutant.Of(
        "A skip needs the promises only of members that have answered.",
        [
            In(
                "Protocol/SkipCollector.cs",
                "var could = before.Members;",
                """
                IReadOnlyList<ViewMember> could =
                    [.. before.Members.Where(member => !MUTATED || skip.Answers.ContainsKey((member.Id, member.Incarnation)))];
                """),
        ]);

    public static Mutant SkipPromiseIsForgotten { get; } = Mutant.Of(
        "The promise not to execute an entry is given without being on disk.",
        [
            In(
                "Protocol/PoisonGate.cs",
                "if (answer == SkipAnswer.Promised)\n            Renounce(ask.Seq);",
                """
                if (answer == SkipAnswer.Promised && MUTATED)
                    _renounced.Add(ask.Seq);
                else if (answer == SkipAnswer.Promised)
                    Renounce(ask.Seq);
                """),
        ]);

    private static SourcePatch In(string file, string right, string wrong) => new($"Dams.Ordering/{file}", right, wrong);
}
