using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Dams.Soap.Security;

/// <summary>The result of a look at a nonce.</summary>
internal enum NonceVerdict
{
    /// <summary>The nonce is new, and is remembered now.</summary>
    Fresh,

    /// <summary>The user has sent the nonce before.</summary>
    Replayed,

    /// <summary>The token is older than what is remembered, so it may be a replay.</summary>
    BeforeMemory,
}

/// <summary>
/// The nonces of the tokens that were accepted, for as long as their tokens could be accepted again. The memory is bounded: when it is
/// full, the nonce of the oldest token is forgotten, and no token that is as old is accepted any more. So a replay is never accepted.
/// Pure; one user at a time.
/// </summary>
/// <param name="countMax">The most nonces that are remembered; each takes about 80 bytes.</param>
internal sealed class SeenNonces(int countMax)
{
    /// <summary>
    /// The number of nonces that a process remembers: 100 tokens a second for ten minutes. To check a password takes long enough that a
    /// front end accepts fewer.
    /// </summary>
    public const int CountMaxDefault = 65_536;

    private readonly HashSet<UInt128> _seen = [];
    private readonly PriorityQueue<UInt128, DateTimeOffset> _byAge = new();
    private DateTimeOffset _forgotten = DateTimeOffset.MinValue;

    /// <summary>The nonces in memory.</summary>
    public int Count => _seen.Count;

    /// <summary>Looks at the nonce of an accepted token, and remembers it.</summary>
    /// <param name="user">The user; the nonces of two users have nothing to do with each other.</param>
    /// <param name="nonce">The nonce as it was sent.</param>
    /// <param name="created">The time of the token, which <see cref="MessageLifetime"/> has accepted.</param>
    /// <param name="now">The time here.</param>
    public NonceVerdict Look(string user, string nonce, DateTimeOffset created, DateTimeOffset now)
    {
        while (_byAge.TryPeek(out _, out var oldest) && now - oldest > MessageLifetime.AgeMax)
            _seen.Remove(_byAge.Dequeue());
        if (created <= _forgotten)
            return NonceVerdict.BeforeMemory;
        var key = KeyOf(user, nonce);
        if (!_seen.Add(key))
            return NonceVerdict.Replayed;
        _byAge.Enqueue(key, created);
        if (_seen.Count > countMax && _byAge.TryDequeue(out var forgotten, out _forgotten))
            _seen.Remove(forgotten);
        return NonceVerdict.Fresh;
    }

    // 128 bits of a digest take less room than the texts, whose length the client chooses.
    private static UInt128 KeyOf(string user, string nonce) =>
        BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{user.Length} {user}{nonce}")));
}
