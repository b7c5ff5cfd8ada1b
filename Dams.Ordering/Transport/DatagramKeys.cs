using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Dams.Ordering.Transport;

/// <summary>
/// Derives the keys of single senders: HKDF-SHA-256 (RFC 5869) of the cluster key over class, group, sender and boot. A
/// boot id is random, so a restarted process has new keys and may count from 1 again without using a nonce twice.
/// </summary>
internal static class DatagramKeys
{
    public const int NonceSize = 12;

    private static ReadOnlySpan<byte> Label => "dams datagram 1"u8;

    public static AesGcm Derive(ReadOnlySpan<byte> clusterKey, TrafficClass use, GroupId group, NodeId sender, BootId boot)
    {
        Span<byte> info = stackalloc byte[Label.Length + 4 + sizeof(ulong)];
        Label.CopyTo(info);
        var rest = info[Label.Length..];
        rest[0] = (byte)use;
        rest[1] = (byte)group;
        rest[2] = (byte)sender.Role;
        rest[3] = sender.Number;
        BinaryPrimitives.WriteUInt64LittleEndian(rest[4..], boot.Value);
        Span<byte> key = stackalloc byte[KeyRing.KeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, clusterKey, key, salt: [], info);
        var cipher = new AesGcm(key, DatagramHeader.TagSize);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    public static void WriteNonce(Span<byte> nonce, ulong counter)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce, counter);
    }
}
