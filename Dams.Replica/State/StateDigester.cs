using System.Security.Cryptography;
using Dams.Replica.Engines;

namespace Dams.Replica.State;

/// <summary>
/// Makes the digest of the replicated state, which replicas compare at checkpoints:
/// <code>
/// digest  := SHA-256(bucket*, section*)
/// bucket  := key (BucketCodec.EncodeKey), SHA-256(BucketCodec.Encode(bucket))
/// section := 0xFF, name length u8, name in ASCII, digest
/// </code>
/// Buckets are in canonical order, and buckets without slots are absent. The sections are the front ends, then the
/// sessions (<see cref="Sessions.SessionDigester"/>). No key begins with 0xFF.
/// Only buckets that were touched since the last digest are read and hashed again. Combining costs 37 bytes of SHA-256
/// per bucket, touched or not. Three years of three hospitals are a few thousand buckets: some 120 KB, and well under a
/// millisecond every thousand entries. A hash tree would not be worth its code.
/// </summary>
internal sealed class StateDigester : IBucketObserver
{
    /// <summary>Length of a digest, in bytes.</summary>
    public const int DigestSize = SHA256.HashSizeInBytes;

    private readonly SortedDictionary<BucketKey, byte[]> _digests = [];
    private readonly SortedSet<BucketKey> _touched = [];

    /// <summary>Marks a bucket, so that the next digest hashes it again.</summary>
    public void BeforeChange(BucketKey key) => _touched.Add(key);

    /// <summary>
    /// Forgets everything and marks all buckets of this engine as touched. Called at the start, and after a restore.
    /// </summary>
    public void Reset(IAppointmentEngine engine)
    {
        _digests.Clear();
        _touched.Clear();
        foreach (var key in engine.BucketKeys())
            _touched.Add(key);
    }

    /// <summary>
    /// The digest of this engine's state and of the other sections, in the order given. This object must have been told of
    /// all changes since the last <see cref="Reset"/>.
    /// </summary>
    /// <returns>32 bytes, which the caller may keep.</returns>
    /// <exception cref="ArgumentException">The name or the digest of a section is malformed.</exception>
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
