using CsCheck;
using Dams.Ordering;
using Dams.Ordering.Messages;

namespace Dams.Tests.Ordering.Messages;

public sealed class MessageCodecTests
{
    private static readonly MessageType[] Types = Enum.GetValues<MessageType>();

    [TestCaseSource(nameof(Types))]
    public void Every_message_survives_encoding_and_decoding(MessageType type)
    {
        Assert.That(MessageGen.OfType, Contains.Key(type), "a new message type needs a generator");
        MessageGen.OfType[type].Sample(message =>
        {
            var bytes = Encode(message);
            Assert.That(bytes, Has.Length.LessThanOrEqualTo(MessageCodec.FramedBytesMax));
            Assert.That((MessageType)bytes[0], Is.EqualTo(type));
            ReadOnlySpan<byte> rest = bytes;
            Assert.That(MessageCodec.TryRead(ref rest, out var read));
            Assert.That(rest.IsEmpty);
            Assert.That(read, Is.TypeOf(message.GetType()));

            // ToString shows every member of a record, but abbreviates payloads and entries. The bytes hold those in full.
            Assert.That(Encode(read!), Is.EqualTo(bytes));
            if (EntryOf(message) is { } entry)
                Assert.That((EntryOf(read!)!.Chain, EntryOf(read!)!.Request), Is.EqualTo((entry.Chain, entry.Request)));
            else if (message is not ReplyMessage)
                Assert.That(read, Is.EqualTo(message));
        }, iter: 500);
    }

    [Test]
    public void Messages_that_share_a_datagram_are_read_in_order() =>
        MessageGen.Any.Array[0, 20].Sample(messages =>
        {
            ReadOnlySpan<byte> rest = messages.SelectMany(Encode).ToArray();
            foreach (var message in messages)
            {
                Assert.That(MessageCodec.TryRead(ref rest, out var read));
                Assert.That(Encode(read!), Is.EqualTo(Encode(message)));
            }

            Assert.That(rest.IsEmpty);
        }, iter: 200);

    [Test]
    public void A_message_that_lacks_a_byte_or_has_one_too_many_is_refused() =>
        MessageGen.Any.Sample(message =>
        {
            var bytes = Encode(message);
            for (var length = 0; length < bytes.Length; length++)
            {
                ReadOnlySpan<byte> cut = bytes.AsSpan(0, length);
                Assert.That(MessageCodec.TryRead(ref cut, out _), Is.False);
            }

            byte[] longer = [.. bytes, 0];
            BitConverter.TryWriteBytes(longer.AsSpan(1), (ushort)(longer.Length - MessageCodec.FrameSize));
            ReadOnlySpan<byte> rest = longer;
            Assert.That(MessageCodec.TryRead(ref rest, out _), Is.False);
        }, iter: 200);

    [Test]
    public void Wire_numbers_are_unique_and_every_message_has_one()
    {
        Assert.That(Types, Is.Unique);
        Assert.That(Types.Select(type => (int)type), Is.EqualTo(Enumerable.Range(1, Types.Length)), "append-only, without gaps");
        var messages = typeof(Message).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Message))).ToArray();
        Assert.That(messages, Has.Length.EqualTo(Types.Length));
        Assert.That(messages.Select(type => type.IsSealed), Is.All.True);
    }

    [Test]
    public void Each_message_has_the_same_bytes_as_in_earlier_releases()
    {
        Assert.That(GoldenMessages.Samples.Select(sample => sample.Type), Is.EqualTo(Types), "a new message type needs a sample");
        var lines = GoldenMessages.Samples.Select(sample => $"{sample.Type} {Convert.ToHexStringLower(Encode(sample.Message))}").ToArray();
        if (GoldenMessages.ShouldWrite)
            File.WriteAllLines(GoldenMessages.Path(), lines);
        var golden = File.ReadAllLines(GoldenMessages.Path());
        Assert.That(lines, Is.EqualTo(golden));
        foreach (var (line, sample) in golden.Zip(GoldenMessages.Samples))
        {
            ReadOnlySpan<byte> rest = Convert.FromHexString(line.AsSpan(line.IndexOf(' ') + 1));
            Assert.That(MessageCodec.TryRead(ref rest, out var read) && Encode(read).AsSpan().SequenceEqual(Encode(sample.Message)), line);
        }
    }

    private static Entry? EntryOf(Message message) => message switch
    {
        Order order => order.Entry,
        Retrans retrans => retrans.Entry,
        Fetched fetched => fetched.Entry,
        _ => null,
    };

    internal static byte[] Encode(Message message)
    {
        var buffer = new byte[MessageCodec.FramedBytesMax];
        return buffer[..MessageCodec.Write(buffer, message)];
    }
}
