namespace Dams.Ordering.Protocol;

/// <summary>
/// Decides when a gap is asked for. Kaashoek's receivers find losses themselves and send negative acknowledgements; the pacing (a delay before the
/// first, doubling with jitter after) keeps a burst of loss from becoming a burst of requests.
/// </summary>
/// <param name="options">Timing.</param>
/// <param name="random">Jitter.</param>
internal sealed class LossDetector(GroupOptions options, SeededRandom random)
{
    private SequenceNumber _askedUpTo;
    private TimeSpan _backoff;

    /// <summary>When to ask next; never, if there is no gap.</summary>
    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>How often it was asked in vain since the last progress.</summary>
    public int Tries { get; private set; }

    /// <summary>A gap exists. If an entry beyond it has arrived it is asked for at once, else after the delay.</summary>
    public void OnGap(bool somethingIsBeyond, Instant now)
    {
        if (Tries > 0)
            return;
        Due = Instant.Earlier(Due, somethingIsBeyond ? now : now + options.NakDelay);
    }

    /// <summary>Something was asked for.</summary>
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
