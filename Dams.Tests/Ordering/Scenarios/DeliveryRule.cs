using System.Globalization;
using Dams.Ordering;
using Dams.Ordering.Messages;

namespace Dams.Tests.Ordering.Scenarios;

/// <summary>What the network does with a message.</summary>
internal enum Delivery
{
    /// <summary>It never arrives.</summary>
    Drop,

    /// <summary>It waits until it is released.</summary>
    Hold,

    /// <summary>It arrives twice.</summary>
    Duplicate,
}

/// <summary>A rule for messages: by sender, receiver, and type with a number if it matters (<c>Order#3</c>). A star at the end, or alone, stands for anything.</summary>
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
