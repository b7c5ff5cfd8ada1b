namespace Dams.Hosting.Lab;

/// <summary>What a link does to datagrams, each on its own. Probabilities are from 0 to 1.</summary>
/// <param name="Loss">Dropped.</param>
/// <param name="Duplicate">Sent twice, each with a jitter of its own.</param>
/// <param name="Corrupt">One bit of it is turned over.</param>
/// <param name="Delay">What every datagram takes.</param>
/// <param name="Jitter">The longest extra delay, of which each takes a random part: later ones overtake it.</param>
public readonly record struct LinkFaults(double Loss, double Duplicate, double Corrupt, TimeSpan Delay, TimeSpan Jitter)
{
    /// <summary>Everything passes.</summary>
    public static readonly LinkFaults None;

    /// <summary>Nothing passes.</summary>
    public static readonly LinkFaults Cut = new(1, 0, 0, TimeSpan.Zero, TimeSpan.Zero);
}
