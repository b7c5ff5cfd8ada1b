using System.Buffers.Binary;

namespace Dams.Ordering;

/// <summary>The payload of a JOIN, ACTIVATE or LEAVE entry: the member that it is about.</summary>
/// <param name="Member">The member's seat.</param>
/// <param name="Incarnation">Identifies the member's data folder.</param>
public readonly record struct MembershipChange(byte Member, Incarnation Incarnation)
{
    private const int Size = sizeof(byte) + sizeof(ulong);

    /// <summary>Makes the request of such an entry.</summary>
    /// <param name="kind">JOIN, ACTIVATE or LEAVE.</param>
    /// <param name="number">Tells two changes of one kind apart: a decision's number, or the number that the entry will have.</param>
    public Request ToRequest(EntryKind kind, ulong number)
    {
        var payload = new byte[Size];
        payload[0] = Member;
        BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(1), Incarnation.Value);
        return new Request(
            new RequestKey(byte.MaxValue, (ulong)kind, number), 0, default, 0, (byte)kind, Request.DigestOf((byte)kind, payload), payload);
    }

    /// <summary>Reads the change of a membership entry. Returns false for any other entry.</summary>
    public static bool TryRead(Entry entry, out MembershipChange change)
    {
        var payload = entry.Request.Payload.Span;
        var isChange = entry.Kind is EntryKind.Join or EntryKind.Activate or EntryKind.Leave && payload.Length == Size;
        change = isChange
            ? new MembershipChange(payload[0], new Incarnation(BinaryPrimitives.ReadUInt64LittleEndian(payload[1..])))
            : default;
        return isChange;
    }
}
