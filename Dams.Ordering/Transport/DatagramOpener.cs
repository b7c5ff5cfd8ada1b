using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Dams.Ordering.Transport;

/// <summary>
/// Checks and decrypts datagrams. Total: any bytes give a body or a counted reason, never an exception. Unauthenticated
/// bytes make nothing grow. One thread.
/// </summary>
/// <remarks>
/// A receiver that restarts has forgotten what it saw, so recorded datagrams can be replayed to it once more. The
/// protocol handles them as the duplicates they are: epochs, boots of promises and chain values tell old from new.
/// </remarks>
public sealed class DatagramOpener : IDisposable
{
    private readonly DatagramOpenerOptions _options;
    private readonly TransportCounters _counters;
    private readonly Dictionary<PeerKey, Peer> _peers = [];
    private readonly TokenBuckets _unknown;
    private readonly TokenBuckets _spare;
    private KeyRing _keys;
    private long _clock;

    /// <summary>Makes an opener.</summary>
    public DatagramOpener(DatagramOpenerOptions options, KeyRing keys, TransportCounters counters)
    {
        _options = options;
        _keys = keys;
        _counters = counters;
        _unknown = new TokenBuckets(options.UnknownPerSecond, options.UnknownBurst);
        _spare = new TokenBuckets(options.SparePerSecond, options.SpareBurst);
    }

    /// <summary>How many senders' boots are known.</summary>
    internal int PeerCount => _peers.Count;

    /// <summary>
    /// Opens with another ring from now on. Datagrams under keys that are gone are dropped. Datagrams that were seen
    /// under keys that stay are not forgotten.
    /// </summary>
    public void UseKeys(KeyRing keys)
    {
        foreach (var key in _peers.Keys.ToArray())
        {
            if (!_keys.TryGet(key.KeyId, out var former) || !keys.TryGet(key.KeyId, out var stays) || !former.SequenceEqual(stays))
                Forget(key);
        }

        _keys = keys;
    }

    /// <summary>Opens a datagram in place.</summary>
    /// <param name="datagram">The whole datagram. Its bytes are destroyed if it is dropped.</param>
    /// <param name="sourceHash">A hash of the source address, by which unknown senders are limited.</param>
    /// <param name="now">The moment, for that limit.</param>
    /// <param name="header">The authenticated header.</param>
    /// <param name="body">The bytes of the messages.</param>
    /// <returns>The reason why it was dropped, which is also counted; or <see cref="DropReason.None"/>.</returns>
    public DropReason TryOpen(Span<byte> datagram, int sourceHash, Instant now, out DatagramHeader header, out ReadOnlySpan<byte> body)
    {
        body = [];
        var reason = DatagramHeader.TryRead(datagram, out header);
        if (reason == DropReason.None)
            reason = Check(header);
        if (reason == DropReason.None)
            reason = Decrypt(datagram, sourceHash, now, header);
        if (reason == DropReason.None)
            body = datagram[DatagramHeader.Size..^DatagramHeader.TagSize];
        else
            _counters.CountDrop(reason);
        return reason;
    }

    /// <summary>Forgets the keys.</summary>
    public void Dispose()
    {
        foreach (var peer in _peers.Values)
            peer.Cipher.Dispose();
        _peers.Clear();
    }

    private DropReason Check(in DatagramHeader header)
    {
        if (header.ClusterId != _options.ClusterId)
            return DropReason.WrongCluster;
        if (header.Class != TrafficClass.Protocol || !IsServed(header.Group))
            return DropReason.WrongGroup;
        if (header.Receiver != _options.Self)
            return DropReason.Misaddressed;
        return _keys.TryGet(header.KeyId, out _) ? DropReason.None : DropReason.UnknownKey;
    }

    private bool IsServed(GroupId group)
    {
        for (var i = 0; i < _options.Groups.Count; i++)
        {
            if (_options.Groups[i] == group)
                return true;
        }

        return false;
    }

    private DropReason Decrypt(Span<byte> datagram, int sourceHash, Instant now, in DatagramHeader header)
    {
        var key = new PeerKey(header.Group, header.Sender, header.KeyId, header.Boot);
        if (_peers.TryGetValue(key, out var peer))
        {
            if (!peer.Window.IsNew(header.Counter))
                return DropReason.Replayed;
            if (!TryDecrypt(peer.Cipher, datagram, header.Counter))
                return DropReason.Unauthenticated;
        }
        else
        {
            if (header.Counter == 0)
                return DropReason.Replayed;
            // The check of a seal costs time, so a token is taken before it. Garbage takes those of the node that it names, at the address
            // from which it comes. The spare ones are for everybody.
            if (!_unknown.TryTake(sourceHash, header.Sender, now) && !_spare.TryTake(0, default, now))
                return DropReason.RateLimited;
            _keys.TryGet(header.KeyId, out var clusterKey);
            var cipher = DatagramKeys.Derive(clusterKey, header.Class, header.Group, header.Sender, header.Boot);
            if (!TryDecrypt(cipher, datagram, header.Counter))
            {
                cipher.Dispose();
                return DropReason.Unauthenticated;
            }

            peer = Insert(key, cipher);
        }

        peer.Window.Mark(header.Counter);
        peer.LastUsed = ++_clock;
        return DropReason.None;
    }

    private static bool TryDecrypt(AesGcm cipher, Span<byte> datagram, ulong counter)
    {
        Span<byte> nonce = stackalloc byte[DatagramKeys.NonceSize];
        DatagramKeys.WriteNonce(nonce, counter);
        var body = datagram[DatagramHeader.Size..^DatagramHeader.TagSize];
        try
        {
            cipher.Decrypt(nonce, body, datagram[^DatagramHeader.TagSize..], body, datagram[..DatagramHeader.Size]);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    /// <summary>
    /// Keeps the key of a sender's boot that was authenticated. The least recently used boot makes room: of the same
    /// sender first, else of all senders.
    /// </summary>
    private Peer Insert(in PeerKey key, AesGcm cipher)
    {
        PeerKey? oldestOfSender = null;
        PeerKey? oldest = null;
        var boots = 0;
        foreach (var (other, peer) in _peers)
        {
            if (oldest is null || peer.LastUsed < _peers[oldest.Value].LastUsed)
                oldest = other;
            if (other.Group != key.Group || other.Sender != key.Sender)
                continue;
            boots++;
            if (oldestOfSender is null || peer.LastUsed < _peers[oldestOfSender.Value].LastUsed)
                oldestOfSender = other;
        }

        if (boots >= _options.BootsPerSenderMax)
            Forget(oldestOfSender!.Value);
        else if (_peers.Count >= _options.PeersMax)
            Forget(oldest!.Value);
        var inserted = new Peer(cipher);
        _peers.Add(key, inserted);
        return inserted;
    }

    private void Forget(in PeerKey key)
    {
        if (_peers.Remove(key, out var peer))
            peer.Cipher.Dispose();
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct PeerKey(GroupId Group, NodeId Sender, byte KeyId, BootId Boot);

    private sealed class Peer(AesGcm cipher)
    {
        public AesGcm Cipher { get; } = cipher;

        public ReplayWindow Window { get; } = new();

        public long LastUsed { get; set; }
    }
}
