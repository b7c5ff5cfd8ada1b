using System.Globalization;
using Dams.Ordering;
using Dams.Ordering.Messages;

namespace Dams.Tests.Ordering.Scenarios;

/// <summary>How the network treats a message that a rule matches.</summary>
internal enum Delivery
{
    /// <summary>The message never arrives.</summary>
    Drop,

    /// <summary>The message waits until it is released.</summary>
    Hold,

    /// <summary>The message arrives twice.</summary>
    Duplicate,
}

/// <summary>
/// A rule for messages. It matches by sender, receiver and type; a type may bear the number of an entry (<c>Order#3</c>).
/// A star, alone or at the end, stands for anything.
/// </summary>
internal sealed class DeliveryRule(Delivery delivery, string from, string to, string type, int times)
{
    private int _left = times;

    public Delivery Delivery { get; } = delivery;

    public bool TryApply(NodeId sender, NodeId receiver, Message message)
    {
        if (_left == 0 || !Fits(from, sender.Short()) || !Fits(to, receiver.Short()) || !FitsType(message))
            return false;
        _left--;
        return true;
    }

    private bool FitsType(Message message)
    {
        var parts = type.Split('#');
        return Fits(parts[0], MessageText.TypeOf(message))
            && (parts.Length == 1 || MessageText.NumberOf(message).Value == long.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private static bool Fits(string pattern, string name) =>
        pattern.Split('|').Any(one => one.EndsWith('*') ? name.StartsWith(one[..^1], StringComparison.Ordinal) : one == name);
}
