using CsCheck;
using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Replica.Engines;

namespace Dams.Tests.Contracts;

/// <summary>
/// The canonical encodings. A value that is written is read back. Any bytes are rejected, or read as a value that is written as the same
/// bytes.
/// </summary>
public sealed class CodecTests
{
    private const int Seed = 20_250_101;
    private const int Values = 20_000;
    private const int Mutations = 200_000;

    private delegate bool Decoder<T>(ReadOnlySpan<byte> bytes, out T? value);

    [Test]
    public void Every_command_is_read_back() => AllAreReadBack(ContractValues.Commands, CommandCodec.Encode, CommandCodec.TryDecode);

    [Test]
    public void The_opcode_of_a_command_tells_whether_it_is_a_write() =>
        Assert.That(
            All(ContractValues.Commands).Where(command => CommandCodec.IsWrite(CommandCodec.OpcodeOf(command)) != command.IsWrite),
            Is.Empty);

    [Test]
    public void Every_reply_is_read_back() => AllAreReadBack(ContractValues.Replies, ReplyCodec.Encode, ReplyCodec.TryDecode);

    [Test]
    public void Every_bucket_is_read_back() => AllAreReadBack(ContractValues.Buckets, BucketCodec.Encode, BucketCodec.TryDecode);

    [Test]
    public void Bytes_are_rejected_or_read_as_a_command_that_is_written_as_the_same_bytes() =>
        ReadingIsTotal(ContractValues.Commands, CommandCodec.Encode, CommandCodec.TryDecode);

    [Test]
    public void Bytes_are_rejected_or_read_as_a_reply_that_is_written_as_the_same_bytes() =>
        ReadingIsTotal(ContractValues.Replies, ReplyCodec.Encode, ReplyCodec.TryDecode);

    [Test]
    public void Bytes_are_rejected_or_read_as_a_bucket_that_is_written_as_the_same_bytes() =>
        ReadingIsTotal(ContractValues.Buckets, BucketCodec.Encode, BucketCodec.TryDecode);

    [Test]
    public void No_command_is_longer_than_the_maximum_size() =>
        Assert.That(All(ContractValues.Commands).Max(command => CommandCodec.Encode(command).Length),
            Is.LessThanOrEqualTo(CommandCodec.SizeMax));

    [Test]
    public void A_bucket_without_slots_has_no_encoding()
    {
        var key = new BucketKey(Hospital.MTL, new DateOnly(2025, 1, 1));
        Assert.That(() => BucketCodec.Encode(new Bucket(key, [])), Throws.ArgumentException);
        var bytes = new byte[BucketCodec.KeySize + 1];
        BucketCodec.EncodeKey(key, bytes);
        Assert.That(BucketCodec.TryDecode(bytes, out _), Is.False);
    }

    [Test]
    public void A_bucket_that_breaks_its_own_rules_is_not_read()
    {
        var id = new AppointmentId(Hospital.QUE, new DateOnly(2025, 1, 1), TimeOfDay.Morning);
        var patient = new PatientId(Hospital.MTL, 1);
        SlotState dental = new(new Slot(id, AppointmentType.Dental), 2, [patient]);
        SlotState surgeon = new(new Slot(id, AppointmentType.Surgeon), 2, []);
        Assert.That(IsRead(surgeon, dental), Is.True);
        Assert.That(IsRead(dental, surgeon), Is.False, "slots out of order");
        Assert.That(IsRead(dental, dental), Is.False, "a slot twice");
        Assert.That(IsRead(dental with { Holders = [patient, patient] }), Is.False, "a holder twice");
        Assert.That(IsRead(dental with { Capacity = 1, Holders = [patient, new PatientId(Hospital.SHE, 1)] }), Is.False,
            "more holders than places");
        Assert.That(IsRead(surgeon with { Capacity = 0 }), Is.False, "no place");
        Assert.That(IsRead(surgeon with { Capacity = AddAppointment.CapacityMax + 1 }), Is.False, "too many places");

        bool IsRead(params SlotState[] slots) =>
            BucketCodec.TryDecode(BucketCodec.Encode(new Bucket(BucketKey.Of(dental.Slot), [.. slots])), out _);
    }

    /// <summary>The test does not know where a reply has its count, so it forges one at every place.</summary>
    [TestCaseSource(typeof(Operation), nameof(Operation.AllReplies))]
    public void A_forged_count_in_a_reply_allocates_nothing(Type reply)
    {
        var bytes = Operation.RepliesOf(reply).Select(ReplyCodec.Encode).MaxBy(encoded => encoded.Length)!;
        Assert.That(ReplyCodec.TryDecode(bytes, out _), Is.True);
        for (var at = 0; at + sizeof(int) <= bytes.Length; at++)
        {
            foreach (var count in new[] { int.MaxValue, int.MinValue, -1, 100_000_000, 1_000_000 })
            {
                byte[] forged = [.. bytes[..at], .. BitConverter.GetBytes(count), .. bytes[(at + sizeof(int))..]];
                var before = GC.GetAllocatedBytesForCurrentThread();
                ReplyCodec.TryDecode(forged, out _);
                Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(4_096), $"{count} at byte {at}");
            }
        }
    }

    [Test]
    public void A_forged_count_in_a_bucket_allocates_nothing()
    {
        var id = new AppointmentId(Hospital.MTL, new DateOnly(2025, 1, 1), TimeOfDay.Morning);
        var bytes = BucketCodec.Encode(new Bucket(
            new BucketKey(Hospital.MTL, new DateOnly(2025, 1, 1)),
            [new SlotState(new Slot(id, AppointmentType.Dental), 1_000_000, [])]));
        foreach (var count in new[] { int.MaxValue, int.MinValue, -1, 1_000_000, 1 })
        {
            BitConverter.GetBytes(count).CopyTo(bytes, bytes.Length - sizeof(int));
            AllocatesLittle(() => BucketCodec.TryDecode(bytes, out _), $"count {count}");
        }
    }

    private static void AllocatesLittle(Func<bool> decode, string what)
    {
        decode();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(decode(), Is.False, what);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(4_096), what);
    }

    private static void AllAreReadBack<T>(Gen<T> values, Func<T, byte[]> encode, Decoder<T> decode)
        where T : class
    {
        foreach (var value in All(values))
        {
            var bytes = encode(value);
            if (!decode(bytes, out var read) || !value.Equals(read) || !encode(read).AsSpan().SequenceEqual(bytes))
                Assert.Fail($"{value} -> {Convert.ToHexString(bytes)} -> {read}");
        }
    }

    private static void ReadingIsTotal<T>(Gen<T> values, Func<T, byte[]> encode, Decoder<T> decode)
        where T : class
    {
        var samples = All(values).Take(500).Select(encode).ToList();
        var random = new Random(Seed);
        var read = 0;
        for (var i = 0; i < Mutations; i++)
        {
            var bytes = i % 4 == 0 ? RandomBytes(random) : Mutate(random, samples[random.Next(samples.Count)]);
            if (!decode(bytes, out var value))
            {
                Assert.That(value, Is.Null);
                continue;
            }

            read++;
            if (!encode(value!).AsSpan().SequenceEqual(bytes))
                Assert.Fail($"{Convert.ToHexString(bytes)} is read as {value}, which is written as other bytes");
        }

        Assert.That(read, Is.GreaterThan(Mutations / 100), "hardly any of the mutated bytes were read: the test tests little");
        Assert.That(decode([], out _), Is.False);
    }

    private static IEnumerable<T> All<T>(Gen<T> values)
    {
        var random = new PCG(1, Seed);
        for (var i = 0; i < Values; i++)
            yield return values.Generate(random, null, out _);
    }

    private static byte[] RandomBytes(Random random)
    {
        var bytes = new byte[random.Next(40)];
        random.NextBytes(bytes);
        if (bytes.Length > 0 && random.Next(2) == 0)
            bytes[0] = (byte)random.Next(Operation.All.Count + 2);
        return bytes;
    }

    private static byte[] Mutate(Random random, byte[] sample)
    {
        var bytes = sample.ToList();
        for (var times = random.Next(3); times >= 0; times--)
        {
            var at = random.Next(bytes.Count + 1);
            switch (random.Next(5))
            {
                case 0: bytes.Insert(at, (byte)random.Next(256)); break;
                case 1 when at < bytes.Count: bytes.RemoveAt(at); break;
                case 2: bytes.RemoveRange(at, bytes.Count - at); break;
                case 3 when at < bytes.Count: bytes[at] = (byte)random.Next(256); break;
                case 4 when at < bytes.Count: bytes[at] = (byte)(bytes[at] + random.Next(-1, 2)); break;
            }
        }

        return [.. bytes];
    }
}
