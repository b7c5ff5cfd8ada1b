using Dams.Ordering;

namespace Dams.Hosting.Access;

/// <summary>
/// Slows down those who guess passwords. Wrong passwords count for the user, for the address, and for both together. From the fifth on,
/// further attempts have to wait: a second at first, then twice as long after each wrong one, up to a minute.
/// </summary>
/// <remarks>
/// Nobody can lock a user out of a place where the user works. An address from which the user has given the right password is known, and
/// there only wrong passwords for this user from this address count. So a stranger who guesses from elsewhere, or a colleague behind the
/// same proxy, slows down first visits only. Attempts that have to wait don't count, so hammering makes no wait longer. Single-threaded.
/// </remarks>
internal sealed class PasswordThrottle
{
    /// <summary>So many wrong passwords are free.</summary>
    public const int FreeMax = 5;

    /// <summary>The most counters. Beyond them, the one that was used longest ago is forgotten.</summary>
    public const int CountersMax = 16_384;

    /// <summary>The most known places. Beyond them, the one that was used longest ago is forgotten.</summary>
    public const int PlacesMax = 65_536;

    /// <summary>The first wait.</summary>
    public static readonly TimeSpan WaitMin = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(1);

    /// <summary>
    /// A user's counter starts again after so long without a wrong password. So all addresses of the world together have one guess a minute.
    /// </summary>
    public static readonly TimeSpan UserMemory = TimeSpan.FromMinutes(15);

    /// <summary>An address's counter starts again after so long. Many people may share an address, and each mistypes now and then.</summary>
    public static readonly TimeSpan AddressMemory = TimeSpan.FromMinutes(1);

    /// <summary>An address stays known for so long after the last right password.</summary>
    public static readonly TimeSpan PlaceMemory = TimeSpan.FromDays(30);

    private readonly RecentKeys<(string, string), Counter> _counters = new(CountersMax);
    private readonly RecentKeys<(string, string), Instant> _places = new(PlacesMax);

    /// <summary>How many counters and known places there are.</summary>
    internal (int Counters, int Places) Sizes => (_counters.Count, _places.Count);

    /// <summary>The time that an attempt has to wait; zero if it may be made now.</summary>
    public TimeSpan WaitOf(Instant now, string user, string address)
    {
        if (IsKnown(now, user, address))
            return WaitOf(now, (user, address), UserMemory);
        var ofUser = WaitOf(now, (user, ""), UserMemory);
        var ofAddress = WaitOf(now, ("", address), AddressMemory);
        return ofUser > ofAddress ? ofUser : ofAddress;
    }

    /// <summary>
    /// Begins an attempt if it may be made now: <see cref="Wrong"/> or <see cref="Right"/> must follow. Attempts under way count as wrong
    /// ones, so that many at once are not more than the free ones.
    /// </summary>
    /// <returns>The time that the attempt has to wait; zero if it has begun.</returns>
    public TimeSpan Begin(Instant now, string user, string address)
    {
        var wait = WaitOf(now, user, address);
        if (wait == TimeSpan.Zero)
        {
            foreach (var key in KeysOf(user, address))
                _counters.GetOrAdd(key, static () => new Counter()).UnderWay++;
        }

        return wait;
    }

    /// <summary>The password of an attempt was wrong.</summary>
    public void Wrong(Instant now, string user, string address)
    {
        foreach (var key in KeysOf(user, address))
            _counters.GetOrAdd(key, static () => new Counter { UnderWay = 1 }).OnWrong(now);
    }

    /// <summary>The password of an attempt was right. The counters stay: they may count a stranger's guesses.</summary>
    public void Right(Instant now, string user, string address)
    {
        foreach (var key in KeysOf(user, address))
        {
            if (_counters.TryGet(key) is { } counter)
                counter.UnderWay = Math.Max(counter.UnderWay - 1, 0);
        }

        Remember(now, user, address);
    }

    /// <summary>A right password needed no attempt, because it was checked before.</summary>
    public void Remember(Instant now, string user, string address) => _places.Set((user, address), now);

    private static (string, string)[] KeysOf(string user, string address) => [(user, ""), ("", address), (user, address)];

    private bool IsKnown(Instant now, string user, string address) =>
        _places.Find((user, address), out var last) && now - last < PlaceMemory;

    private TimeSpan WaitOf(Instant now, (string, string) key, TimeSpan memory) =>
        _counters.TryGet(key)?.WaitOf(now, memory) ?? TimeSpan.Zero;

    private sealed class Counter
    {
        private int _wrong;
        private Instant _quietSince;

        /// <summary>The attempts that have begun.</summary>
        public int UnderWay { get; set; }

        public TimeSpan WaitOf(Instant now, TimeSpan memory)
        {
            if (now < _quietSince)
                return _quietSince - now;
            if (now - _quietSince >= memory)
                _wrong = 0;
            return UnderWay > 0 && _wrong + UnderWay >= FreeMax ? WaitMin : TimeSpan.Zero;
        }

        public void OnWrong(Instant now)
        {
            UnderWay = Math.Max(UnderWay - 1, 0);
            _wrong++;
            var wait = TimeSpan.Zero;
            if (_wrong >= FreeMax)
            {
                var doublings = Math.Min(_wrong - FreeMax, 6);
                wait = WaitMin * (1 << doublings);
            }

            _quietSince = Instant.Later(_quietSince, now + (wait < WaitMax ? wait : WaitMax));
        }
    }
}
