namespace Dams.Ordering.Protocol;

/// <summary>
/// Decides when a member asks for a gap. Kaashoek's receivers find losses themselves and send negative
/// acknowledgements. The first one comes after a delay, and the intervals between repetitions double, with jitter. So a
/// burst of losses does not become a burst of requests.
/// </summary>
internal sealed class LossDetector(GroupOptions options, SeededRandom random)
{
    private SequenceNumber _askedUpTo;
    private TimeSpan _backoff;

    /// <summary>When to ask next; <see cref="Instant.Never"/> if there is no gap.</summary>
    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>How often the member has asked in vain since the last progress.</summary>
    public int Tries { get; private set; }

    /// <summary>A gap exists. The member asks at once if an entry beyond the gap has arrived, otherwise after the delay.</summary>
    public void OnGap(bool somethingIsBeyond, Instant now)
    {
        if (Tries > 0)
            return;
        Due = Instant.Earlier(Due, somethingIsBeyond ? now : now + options.NakDelay);
    }

    /// <summary>The member has asked for entries up to a number.</summary>
    public void OnAsked(SequenceNumber upTo, Instant now)
    {
        _askedUpTo = upTo;
        _backoff = Tries == 0 ? options.NakRetryMin : new TimeSpan(Math.Min(_backoff.Ticks * 2, options.NakRetryMax.Ticks));
        Tries++;
        Due = now + _backoff + random.Between(TimeSpan.Zero, _backoff / 2);
    }

    /// <summary>The contiguous prefix has grown; a gap may be left.</summary>
    public void OnProgress(SequenceNumber contiguous, bool gapLeft, Instant now)
    {
        if (!gapLeft)
        {
            Reset();
            return;
        }

        if (Tries == 0)
            return;
        Tries = 1;
        _backoff = options.NakRetryMin;
        if (contiguous >= _askedUpTo)
            Due = now;
        else
            Due = now + _backoff;
    }

    /// <summary>There is no gap, or a new epoch has begun.</summary>
    public void Reset()
    {
        Due = Instant.Never;
        Tries = 0;
        _askedUpTo = SequenceNumber.Zero;
    }
}
