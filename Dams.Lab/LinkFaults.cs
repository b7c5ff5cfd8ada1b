namespace Dams.Lab;

/// <summary>The faults of a link. They meet each datagram independently. Probabilities are from 0 to 1.</summary>
/// <param name="Loss">The probability that a datagram is dropped.</param>
/// <param name="Duplicate">The probability that a datagram is sent twice, each time with its own jitter.</param>
/// <param name="Corrupt">The probability that one bit of a datagram is flipped.</param>
/// <param name="Delay">The delay of every datagram.</param>
/// <param name="Jitter">The longest extra delay. Each datagram takes a random part of it, so that later ones overtake it.</param>
public readonly record struct LinkFaults(double Loss, double Duplicate, double Corrupt, TimeSpan Delay, TimeSpan Jitter)
{
    /// <summary>Everything passes.</summary>
    public static readonly LinkFaults None;

    /// <summary>Nothing passes.</summary>
    public static readonly LinkFaults Cut = new(1, 0, 0, TimeSpan.Zero, TimeSpan.Zero);
}
