using Dams.Bytes;

namespace Dams.Contracts.Reports;

/// <summary>
/// The encoding of reports: exactly one per value, little-endian, no padding.
/// <code>
/// report := opcode u8, replica u8, incarnation u64, then by opcode:
///   1 Verdict   front end u8, boot u64, count u8, sequence i64 …     5 Restart  restart i64
///   2 Suspicion cause u8, sequence i64                               6 Loss     cause u8, view i64
///   3 Vote      manager u8, case i64, guilty u8, view i64, seen i64  7 Settled  decision i64
///   4 Digest    manager u8, checkpoint i64, view i64                 8 Overdue  decision i64
/// </code>
/// Reading never throws: any bytes give a report or false. A report that was read is written back as the same bytes.
/// </summary>
public static class ReportCodec
{
    /// <summary>The length of the longest report, in bytes.</summary>
    public const int SizeMax = 36 + (VerdictReport.SequencesMax * sizeof(long));

    /// <summary>The opcode of a report: its number on the wire.</summary>
    public static byte OpcodeOf(Report report) => report switch
    {
        VerdictReport => 1,
        SuspicionReport => 2,
        VoteReport => 3,
        DigestReport => 4,
        RestartReport => 5,
        LossReport => 6,
        SettledReport => 7,
        OverdueReport => 8,
        _ => throw new ArgumentException($"no opcode for {report.GetType().Name}", nameof(report)),
    };

    /// <summary>The bytes of a report.</summary>
    /// <exception cref="ArgumentException">A verdict has no numbers, or too many.</exception>
    public static byte[] Encode(Report report)
    {
        Span<byte> buffer = stackalloc byte[SizeMax];
        var writer = new ByteWriter(buffer);
        writer.Byte(OpcodeOf(report));
        writer.Byte(report.Replica);
        writer.UInt64(report.Incarnation);
        switch (report)
        {
            case VerdictReport verdict:
                if (verdict.Sequences.Count is < 1 or > VerdictReport.SequencesMax)
                {
                    throw new ArgumentException(
                        $"a verdict has 1 to {VerdictReport.SequencesMax} numbers, not {verdict.Sequences.Count}", nameof(report));
                }

                writer.Byte(verdict.FrontEnd);
                writer.UInt64(verdict.FrontEndBoot);
                writer.Byte((byte)verdict.Sequences.Count);
                foreach (var sequence in verdict.Sequences)
                    writer.Int64(sequence);
                break;
            case SuspicionReport suspicion: writer.Byte((byte)suspicion.Cause); writer.Int64(suspicion.Sequence); break;
            case VoteReport vote:
                writer.Byte(vote.Manager);
                writer.Int64(vote.Case);
                writer.Bool(vote.IsGuilty);
                writer.Int64(vote.View);
                writer.Int64(vote.Seen);
                break;
            case DigestReport digest: writer.Byte(digest.Manager); writer.Int64(digest.Checkpoint); writer.Int64(digest.View); break;
            case RestartReport restart: writer.Int64(restart.Restart); break;
            case LossReport loss: writer.Byte((byte)loss.Cause); writer.Int64(loss.View); break;
            case SettledReport settled: writer.Int64(settled.Decision); break;
            case OverdueReport overdue: writer.Int64(overdue.Decision); break;
        }

        return buffer[..writer.Position].ToArray();
    }

    /// <summary>Reads a report; false for anything that <see cref="Encode"/> can't have written.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out Report? report)
    {
        var reader = new ByteReader(bytes);
        var opcode = reader.Byte();
        var replica = reader.Byte();
        var incarnation = reader.UInt64();
        Report? read = opcode switch
        {
            1 => new VerdictReport(replica, incarnation, reader.Byte(), reader.UInt64(), Sequences(ref reader)),
            2 => new SuspicionReport(replica, incarnation, (SuspicionCause)reader.ByteBetween(1, 2), reader.Int64()),
            3 => new VoteReport(
                replica, incarnation, reader.Byte(), reader.Int64(), reader.Bool(), reader.Int64(), reader.Int64()),
            4 => new DigestReport(replica, incarnation, reader.Byte(), reader.Int64(), reader.Int64()),
            5 => new RestartReport(replica, incarnation, reader.Int64()),
            6 => new LossReport(replica, incarnation, (LossCause)reader.ByteBetween(1, 5), reader.Int64()),
            7 => new SettledReport(replica, incarnation, reader.Int64()),
            8 => new OverdueReport(replica, incarnation, reader.Int64()),
            _ => null,
        };
        report = reader.IsComplete ? read : null;
        return report is not null;
    }

    private static long[] Sequences(ref ByteReader reader)
    {
        var sequences = new long[reader.ByteBetween(1, VerdictReport.SequencesMax)];
        for (var i = 0; i < sequences.Length; i++)
            sequences[i] = reader.Int64();
        return sequences;
    }
}
