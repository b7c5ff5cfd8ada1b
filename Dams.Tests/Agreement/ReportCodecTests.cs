using CsCheck;
using Dams.Contracts.Reports;

namespace Dams.Tests.Agreement;

/// <summary>The bytes of reports, which stay in the managers' logs for good.</summary>
internal sealed class ReportCodecTests
{
    private const ulong Incarnation = 0x4142434445464748;

    private static readonly (Report Report, string Bytes)[] s_golden =
    [
        (new VerdictReport(3, Incarnation, 1, 0x3132333435363738, [10, 300]),
            "0103484746454443424101383736353433323102" + "0a000000000000002c01000000000000"),
        (new SuspicionReport(3, Incarnation, SuspicionCause.Lagging, 300), "02034847464544434241022c01000000000000"),
        (new VoteReport(3, Incarnation, 2, 7, true, 12, 9), "03034847464544434241020700000000000000010c000000000000000900000000000000"),
        (new DigestReport(3, Incarnation, 2, 1000, 12), "0403484746454443424102e8030000000000000c00000000000000"),
        (new RestartReport(3, Incarnation, 5), "050348474645444342410500000000000000"),
        (new LossReport(3, Incarnation, LossCause.Poisoned, 12), "06034847464544434241030c00000000000000"),
        (new SettledReport(3, Incarnation, 7), "070348474645444342410700000000000000"),
        (new OverdueReport(3, Incarnation, 7), "080348474645444342410700000000000000"),
    ];

    private static IEnumerable<int> Opcodes => Enumerable.Range(1, ReportGen.OfType.Count);

    [TestCaseSource(nameof(Opcodes))]
    public void Every_report_is_read_back_as_it_was_written(int opcode) => ReportGen.OfType[opcode - 1].Sample(report =>
    {
        var bytes = ReportCodec.Encode(report);
        Assert.That((int)ReportCodec.OpcodeOf(report), Is.EqualTo(opcode));
        Assert.That((int)bytes[0], Is.EqualTo(opcode));
        Assert.That(bytes, Has.Length.LessThanOrEqualTo(ReportCodec.SizeMax));
        Assert.That(ReportCodec.TryDecode(bytes, out var read));
        Assert.That(read, Is.EqualTo(report));
    }, iter: 500);

    [Test]
    public void Every_report_type_has_an_opcode_and_a_sample()
    {
        var types = typeof(Report).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Report))).ToList();
        Assert.That(types, Has.Count.EqualTo(ReportGen.OfType.Count));
        Assert.That(s_golden.Select(sample => sample.Report.GetType()), Is.EquivalentTo(types));
    }

    [Test]
    public void The_bytes_are_those_of_all_earlier_releases()
    {
        foreach (var (report, bytes) in s_golden)
        {
            Assert.That(Convert.ToHexStringLower(ReportCodec.Encode(report)), Is.EqualTo(bytes));
            Assert.That(ReportCodec.TryDecode(Convert.FromHexString(bytes), out var read) && read!.Equals(report), bytes);
        }
    }

    [Test]
    public void A_report_with_a_byte_too_few_or_too_many_is_rejected() => Gen.OneOf(ReportGen.OfType.ToArray()).Sample(report =>
    {
        var bytes = ReportCodec.Encode(report);
        for (var length = 0; length < bytes.Length; length++)
            Assert.That(ReportCodec.TryDecode(bytes.AsSpan(0, length), out _), Is.False);
        Assert.That(ReportCodec.TryDecode([.. bytes, 0], out _), Is.False);
    }, iter: 200);

    [Test]
    public void Bytes_that_are_read_as_a_report_are_written_as_the_same_bytes()
    {
        // Half of the inputs begin as a report does.
        var begun = from opcode in Gen.Byte[0, 9]
                    from rest in Gen.Byte[0, 3].Array[0, ReportCodec.SizeMax]
                    select (byte[])[opcode, .. rest];
        Gen.OneOf(Gen.Byte.Array[0, 120], begun).Sample(bytes =>
        {
            if (ReportCodec.TryDecode(bytes, out var read))
                Assert.That(ReportCodec.Encode(read!), Is.EqualTo(bytes));
            else
                Assert.That(read, Is.Null);
        }, iter: 20_000);
    }

    [TestCase(0)]
    [TestCase(VerdictReport.SequencesMax + 1)]
    public void A_verdict_without_numbers_or_with_too_many_is_not_written(int count) =>
        Assert.That(() => ReportCodec.Encode(new VerdictReport(3, 1, 1, 1, new long[count])),
            Throws.ArgumentException.With.Message.Contains("1 to 8"));
}
