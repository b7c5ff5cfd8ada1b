using Dams.Contracts.Management;
using Dams.Ordering;

namespace Dams.FrontEnd.Coordination;

/// <summary>How the replicas did in one vote that had a majority, and only one.</summary>
/// <param name="Seq">The number.</param>
/// <param name="Opcode">Of the request.</param>
/// <param name="MajorityAt">When the second equal reply came.</param>
/// <param name="Replicas">Each active replica and its verdict.</param>
internal sealed record Judgement(SequenceNumber Seq, byte Opcode, Instant MajorityAt, IReadOnlyList<JudgedReplica> Replicas);

/// <summary>The verdict on one replica.</summary>
/// <param name="Replica">Its slot.</param>
/// <param name="Incarnation">Which data folder: what is said of one is not said of the next.</param>
/// <param name="Verdict">What it did.</param>
internal readonly record struct JudgedReplica(byte Replica, Incarnation Incarnation, Verdict Verdict)
{
    /// <summary>For those to whom a slot is a slot.</summary>
    public void Deconstruct(out byte replica, out Verdict verdict) => (replica, verdict) = (Replica, Verdict);
}

/// <summary>A vote that accuses nobody and that an operator must look at: the fault model does not allow it, or nobody answers.</summary>
/// <param name="Reason"><see cref="CallFailure.ReplicaDivergence"/> or <see cref="CallFailure.NoQuorum"/>.</param>
/// <param name="IsAnswered">Whether a client has been answered with the first pair before the second one came.</param>
/// <param name="Seq">The number that most replies are for; 0 if there is none.</param>
/// <param name="Opcode">Of the request.</param>
/// <param name="Replies">Who replied to that number, and with which result.</param>
internal sealed record VoteAlarm(CallFailure Reason, bool IsAnswered, SequenceNumber Seq, byte Opcode, IReadOnlyList<(byte Replica, Digest Result)> Replies);

/// <summary>Takes reports for the managers' group.</summary>
internal interface IReportSink
{
    /// <summary>The report is to be put into the managers' order. Called in the coordinator's loop; must not call back.</summary>
    void OnReport(Report report, Instant now);
}
