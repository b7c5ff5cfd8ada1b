using CsCheck;
using Dams.Contracts.Reports;

namespace Dams.Tests.Agreement;

/// <summary>
/// Random reports. Those of <see cref="Any"/> have few seats, incarnations and numbers, so that they concern the same things. Those of
/// <see cref="OfType"/> reach the edges of the ranges.
/// </summary>
internal static class ReportGen
{
    private static readonly Gen<byte> s_slot = Gen.Byte[1, 5];
    private static readonly Gen<ulong> s_incarnation = Gen.ULong[1, 3];
    private static readonly Gen<long> s_number = Gen.Long[0, 40];

    /// <summary>Reports that are about the same few things.</summary>
    public static readonly Gen<Report> Any = Gen.OneOf(Of(s_slot, s_incarnation, s_number).ToArray());

    /// <summary>One generator for each type, with any values, in the order of the opcodes.</summary>
    public static readonly IReadOnlyList<Gen<Report>> OfType = Of(Gen.Byte, Gen.ULong, Gen.Long);

    private static List<Gen<Report>> Of(Gen<byte> seat, Gen<ulong> incarnation, Gen<long> number) =>
    [
        from replica in seat
        from life in incarnation
        from frontEnd in seat
        from boot in incarnation
        from sequences in number.Array[1, VerdictReport.SequencesMax]
        select (Report)new VerdictReport(replica, life, frontEnd, boot, sequences),
        from replica in seat
        from life in incarnation
        from cause in Gen.Byte[1, 2]
        from sequence in number
        select (Report)new SuspicionReport(replica, life, (SuspicionCause)cause, sequence),
        from replica in seat
        from life in incarnation
        from manager in seat
        from about in number
        from isGuilty in Gen.Bool
        from view in number
        from seen in number
        select (Report)new VoteReport(replica, life, manager, about, isGuilty, view, seen),
        from replica in seat
        from life in incarnation
        from manager in seat
        from checkpoint in number
        from view in number
        select (Report)new DigestReport(replica, life, manager, checkpoint, view),
        from replica in seat
        from life in incarnation
        from restart in number
        select (Report)new RestartReport(replica, life, restart),
        from replica in seat
        from life in incarnation
        from cause in Gen.Byte[1, 5]
        from view in number
        select (Report)new LossReport(replica, life, (LossCause)cause, view),
        from replica in seat
        from life in incarnation
        from decision in number
        select (Report)new SettledReport(replica, life, decision),
        from replica in seat
        from life in incarnation
        from decision in number
        select (Report)new OverdueReport(replica, life, decision),
    ];
}
