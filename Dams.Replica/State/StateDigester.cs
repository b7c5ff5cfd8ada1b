using System.Security.Cryptography;
using Dams.Contracts.Engines;

namespace Dams.Replica.State;

/// <summary>
/// Makes the digest of the replicated state, which replicas compare at checkpoints:
/// <code>
/// digest  := SHA-256(bucket*, section*)
/// bucket  := key (BucketCodec.EncodeKey), SHA-256(BucketCodec.Encode(bucket))    in canonical order; buckets without slots are absent
/// section := 0xFF, name length u8, name in ASCII, digest                         front ends, then sessions (SessionDigester); no key begins with 0xFF
/// </code>
/// Only buckets that were touched since the last digest are read and hashed again. Combining costs 37 bytes of SHA-256 per bucket, touched or not: a
/// few thousand of them, three years of three hospitals, are some 120 KB and well under a millisecond every thousand entries, which a hash tree would
/// not be worth its code for.
/// </summary>
internal sealed class StateDigester : IBucketObserver
{
    /// <summary>Length of a digest, in bytes.</summary>
    public const int DigestSize = SHA256.HashSizeInBytes;

    private readonly SortedDictionary<BucketKey, byte[]> _digests = [];
    private readonly SortedSet<BucketKey> _touched = [];

    /// <summary>The bucket is hashed again at the next digest.</summary>
    public void BeforeChange(BucketKey key) => _touched.Add(key);

    /// <summary>Forgets everything and takes all of this engine's buckets as touched: at the start, and after a restore.</summary>
    public void Reset(IAppointmentEngine engine)
    {
        _digests.Clear();
        _touched.Clear();
        foreach (var key in engine.BucketKeys())
            _touched.Add(key);
    }

    /// <summary>The digest of this engine's state, of whose changes this object has been told since the last <see cref="Reset"/>.</summary>
    /// <returns>32 bytes, the caller's to keep.</returns>
    public byte[] Digest(IAppointmentEngine engine) => Digest(engine, []);

    /// <summary>The digest of this engine's state and of the other sections, in the order given.</summary>
    /// <returns>32 bytes, the caller's to keep.</returns>
    /// <exception cref="ArgumentException">A section has no proper name or digest.</exception>
    public byte[] Digest(IAppointmentEngine engine, IReadOnlyList<StateSection> sections)
    {
        HashTouched(engine);
        using var builder = new StateDigestBuilder();
        foreach (var (key, digest) in _digests)
            builder.AddBucket(key, digest);
        foreach (var section in sections)
            builder.AddSection(section);
        return builder.Finish();
    }

    private void HashTouched(IAppointmentEngine engine)
    {
        foreach (var key in _touched)
        {
            var bucket = engine.ReadBucket(key);
            if (bucket.Slots.Count == 0)
                _digests.Remove(key);
            else
                _digests[key] = SHA256.HashData(BucketCodec.Encode(bucket));
        }

        _touched.Clear();
    }
}
