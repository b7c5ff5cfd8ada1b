using System.Security.Cryptography;
using System.Text;
using Dams.Replica.Engines;

namespace Dams.Replica.State;

/// <summary>Builds a state digest (see <see cref="StateDigester"/>) from its parts, in their order.</summary>
internal sealed class StateDigestBuilder : IDisposable
{
    private const byte SectionMark = 0xFF;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Adds a bucket whose digest is known.</summary>
    public void AddBucket(BucketKey key, ReadOnlySpan<byte> digest)
    {
        Span<byte> keyBytes = stackalloc byte[BucketCodec.KeySize];
        BucketCodec.EncodeKey(key, keyBytes);
        _hash.AppendData(keyBytes);
        _hash.AppendData(digest);
    }

    /// <summary>Adds a bucket by its canonical bytes, which begin with its key.</summary>
    public void AddBucket(ReadOnlySpan<byte> bucket)
    {
        Span<byte> digest = stackalloc byte[StateDigester.DigestSize];
        SHA256.HashData(bucket, digest);
        _hash.AppendData(bucket[..BucketCodec.KeySize]);
        _hash.AppendData(digest);
    }

    /// <summary>Adds a section, after the buckets.</summary>
    /// <exception cref="ArgumentException">The name or the digest of the section is malformed.</exception>
    public void AddSection(StateSection section)
    {
        if (section.Name.Length is 0 or > byte.MaxValue || !Ascii.IsValid(section.Name)
            || section.Digest.Length != StateDigester.DigestSize)
        {
            throw new ArgumentException(
                $"section '{section.Name}' needs an ASCII name and {StateDigester.DigestSize} bytes of digest", nameof(section));
        }

        _hash.AppendData([SectionMark, (byte)section.Name.Length]);
        _hash.AppendData(Encoding.ASCII.GetBytes(section.Name));
        _hash.AppendData(section.Digest.Span);
    }

    /// <summary>The digest of all that was added: 32 bytes, which the caller may keep.</summary>
    public byte[] Finish() => _hash.GetHashAndReset();

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
