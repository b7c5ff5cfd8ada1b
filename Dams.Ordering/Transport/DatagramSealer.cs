using System.Security.Cryptography;

namespace Dams.Ordering.Transport;

/// <summary>
/// Encrypts and authenticates the datagrams of one sender in one group: AES-256-GCM with the header as associated data
/// and the counter as nonce. One thread.
/// </summary>
public sealed class DatagramSealer : IDisposable
{
    private readonly NodeId _self;
    private readonly BootId _boot;
    private readonly GroupId _group;
    private readonly uint _clusterId;
    private AesGcm _cipher;
    private byte _keyId;
    private ulong _counter;

    /// <summary>Makes a sealer.</summary>
    /// <param name="self">The sender.</param>
    /// <param name="boot">The boot of this process: random, and new at each start.</param>
    /// <param name="group">The group that the messages belong to.</param>
    /// <param name="clusterId">See <see cref="DatagramHeader.ClusterIdOf"/>.</param>
    /// <param name="keys">The cluster keys.</param>
    public DatagramSealer(NodeId self, BootId boot, GroupId group, uint clusterId, KeyRing keys)
    {
        _self = self;
        _boot = boot;
        _group = group;
        _clusterId = clusterId;
        (_cipher, _keyId) = Derive(keys);
    }

    /// <summary>
    /// Seals with the current key of another ring from now on. The counter goes on, so no nonce repeats even if an
    /// earlier key comes back.
    /// </summary>
    public void UseKeys(KeyRing keys)
    {
        var former = _cipher;
        (_cipher, _keyId) = Derive(keys);
        former.Dispose();
    }

    /// <summary>Seals a datagram in place.</summary>
    /// <param name="datagram">Space for the header, then the body, then space for the tag: nothing else.</param>
    /// <param name="to">The receiver.</param>
    /// <param name="epoch">The epoch in the header.</param>
    public void Seal(Span<byte> datagram, NodeId to, Epoch epoch)
    {
        var body = datagram[DatagramHeader.Size..^DatagramHeader.TagSize];
        var header = new DatagramHeader(
            TrafficClass.Protocol, _clusterId, _group, _keyId, _self, to, checked((ushort)body.Length), _boot, checked(++_counter),
            epoch, View: 0);
        header.Write(datagram);
        Span<byte> nonce = stackalloc byte[DatagramKeys.NonceSize];
        DatagramKeys.WriteNonce(nonce, header.Counter);
        _cipher.Encrypt(nonce, body, body, datagram[^DatagramHeader.TagSize..], datagram[..DatagramHeader.Size]);
    }

    /// <summary>Forgets the key.</summary>
    public void Dispose() => _cipher.Dispose();

    private (AesGcm Cipher, byte KeyId) Derive(KeyRing keys)
    {
        keys.TryGet(keys.CurrentId, out var key);
        return (DatagramKeys.Derive(key, TrafficClass.Protocol, _group, _self, _boot), keys.CurrentId);
    }
}
