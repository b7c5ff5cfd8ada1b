using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Access;

/// <summary>
/// Checks names and passwords, as Basic and UsernameToken send them with each call. A hash takes some tens of milliseconds on purpose. So a
/// password that was right is remembered as a keyed digest, whose key lives in this process only. Wrong passwords are counted by
/// <see cref="PasswordThrottle"/>. A check of an unknown or locked user takes as long as that of a wrong password. Used by many threads.
/// </summary>
#pragma warning disable CA1001 // The semaphore has nothing to dispose, because nobody asks for its wait handle.
public sealed class PasswordCheck
#pragma warning restore CA1001
{
    /// <summary>The longest password.</summary>
    public const int PasswordLengthMax = 128;

    // Longer names are nobody's.
    private const int NameLengthMax = 64;

    // Attempts that wait for a processor. Beyond them, others are refused: a wait would be longer than a client's patience.
    private const int WaitingMax = 64;

    private static readonly TimeSpan s_busyPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_tellInterval = TimeSpan.FromMinutes(1);

    // Nobody's hash, for names that are nobody's.
    private static readonly string s_decoy = PasswordHash.Of(Convert.ToHexString(RandomNumberGenerator.GetBytes(16)));

    private readonly UserStore _users;
    private readonly ClockSource _clock;
    private readonly ILogger _logger;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<string, (string Hash, byte[] Digest)> _right = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string User, string Address, string Digest), Lazy<Task<PasswordVerdict>>> _underWay = new();
    private readonly Lock _lock = new();
    private readonly PasswordThrottle _throttle = new();
    // Half of the processors are left to calls, however many passwords are being guessed.
    private readonly SemaphoreSlim _processors = new(Math.Max(1, Environment.ProcessorCount / 2));
    private int _waiting;
    private long _refused;
    private Instant? _toldAt;

    /// <summary>Makes a check.</summary>
    /// <param name="users">The users.</param>
    /// <param name="clock">The clock of the waits.</param>
    /// <param name="logger">Receives a line a minute while passwords are guessed.</param>
    public PasswordCheck(UserStore users, ClockSource clock, ILogger logger)
    {
        _users = users;
        _clock = clock;
        _logger = logger;
    }

    /// <summary>Checks a name and a password.</summary>
    /// <param name="name">The name, in whatever letter case.</param>
    /// <param name="password">The password.</param>
    /// <param name="address">The address of the client.</param>
    /// <param name="ct">Cancelled when the client disconnects. The attempt still counts.</param>
    public async Task<PasswordVerdict> CheckAsync(string name, string password, IPAddress? address, CancellationToken ct)
    {
        var user = _users.Current.Find(name);
        var key = (user?.Name ?? (name.Length <= NameLengthMax ? name : name[..NameLengthMax])).ToUpperInvariant();
        var place = ClientPlace.Of(address);
        var digest = HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(password));
        if (WaitOf(key, place) is var wait && wait > TimeSpan.Zero)
            return Refuse(place, wait);
        if (user is { IsLocked: false, Password: not null } && WasRight(user, digest))
        {
            lock (_lock)
                _throttle.Remember(_clock.Now, key, place);
            return PasswordVerdict.Right(user.ToIdentity());
        }

        // Clients with several connections send the same password many times at once: one attempt answers all of them.
        var attempt = (key, place, Convert.ToHexString(digest));
        var shared = _underWay.GetOrAdd(attempt, _ => new Lazy<Task<PasswordVerdict>>(
            () => AttemptAsync(attempt, user, digest, password)));
        return await shared.Value.WaitAsync(ct).ConfigureAwait(false);
    }

    private async Task<PasswordVerdict> AttemptAsync((string Key, string Place, string) attempt, User? user, byte[] digest, string password)
    {
        // Leaves the caller's thread: others may wait for this attempt.
        await Task.Yield();
        try
        {
            if (Interlocked.Increment(ref _waiting) > WaitingMax)
                return Refuse(attempt.Place, s_busyPause);
            TimeSpan wait;
            lock (_lock)
                wait = _throttle.Begin(_clock.Now, attempt.Key, attempt.Place);
            if (wait > TimeSpan.Zero)
                return Refuse(attempt.Place, wait);
            var isRight = false;
            try
            {
                isRight = await VerifyAsync(user, digest, password).ConfigureAwait(false);
            }
            finally
            {
                lock (_lock)
                {
                    if (isRight)
                        _throttle.Right(_clock.Now, attempt.Key, attempt.Place);
                    else
                        _throttle.Wrong(_clock.Now, attempt.Key, attempt.Place);
                }
            }

            return isRight ? PasswordVerdict.Right(user!.ToIdentity()) : PasswordVerdict.Wrong;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
            _underWay.TryRemove(attempt, out _);
        }
    }

    private async Task<bool> VerifyAsync(User? user, byte[] digest, string password)
    {
        await _processors.WaitAsync().ConfigureAwait(false);
        try
        {
            var isPossible = user is { IsLocked: false, Password: not null } && password.Length <= PasswordLengthMax;
            var hash = isPossible ? user!.Password! : s_decoy;
            var result = PasswordHash.Verify(hash, password);
            if (!isPossible || result == PasswordVerificationResult.Failed)
                return false;
            _right[user!.Name] = (hash, digest);
            if (result == PasswordVerificationResult.SuccessRehashNeeded)
                Rehash(user, hash, password);
            return true;
        }
        finally
        {
            _processors.Release();
        }
    }

    private bool WasRight(User user, byte[] digest) => _right.TryGetValue(user.Name, out var right)
        && right.Hash == user.Password
        && CryptographicOperations.FixedTimeEquals(right.Digest, digest);

    // Another front end, or a command, may change the file at the same time. Then the next right password tries again.
    private void Rehash(User user, string hash, string password)
    {
        try
        {
            var made = PasswordHash.Of(password);
            UserFile.Change(
                _users.Path,
                list => list.Find(user.Name) is { } now && now.Password == hash ? list.With(now with { Password = made }) : list,
                TimeSpan.Zero);
        }
        catch (UserFileException problem)
        {
            AccessLog.NotRehashed(_logger, user.Name, problem.Message);
        }
    }

    private TimeSpan WaitOf(string key, string place)
    {
        lock (_lock)
            return _throttle.WaitOf(_clock.Now, key, place);
    }

    private PasswordVerdict Refuse(string place, TimeSpan wait)
    {
        lock (_lock)
        {
            _refused++;
            var now = _clock.Now;
            if (_toldAt is null || now - _toldAt.Value >= s_tellInterval)
            {
                _toldAt = now;
                AccessLog.Throttled(_logger, _refused, place);
            }
        }

        return PasswordVerdict.Later(wait);
    }
}
