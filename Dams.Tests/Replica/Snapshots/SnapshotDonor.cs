using System.Buffers;
using System.Security.Cryptography;
using System.ServiceModel;
using Dams.Contracts.Soap;
using Dams.Replica.State.Snapshots;

namespace Dams.Tests.Replica.Snapshots;

/// <summary>The snapshot of a donor, and the digest of its state.</summary>
internal sealed record GivenSnapshot(byte[] Bytes, string Digest)
{
    public string Vouched => Convert.ToHexStringLower(Bytes.AsSpan(^SnapshotFormat.FileDigestSize..));

    public SnapshotHeader Header
    {
        get
        {
            var header = SnapshotFormat.ReadHeader(Bytes, out var viewBytes);
            return header with { View = Bytes.AsMemory(SnapshotFormat.HeaderFixedSize, viewBytes) };
        }
    }

    /// <summary>Makes a whole snapshot of the same state behind another header.</summary>
    public byte[] With(SnapshotHeader header)
    {
        var bytes = new ArrayBufferWriter<byte>();
        SnapshotFormat.WriteHeader(header, bytes);
        bytes.Write(Bytes.AsSpan((SnapshotFormat.HeaderFixedSize + Header.View.Length)..^SnapshotFormat.FileDigestSize));
        return [.. bytes.WrittenSpan, .. SHA256.HashData(bytes.WrittenSpan)];
    }
}

/// <summary>A replica that a joiner asks for its snapshot. It may lie, break off, stay silent or never end.</summary>
internal sealed class SnapshotDonor : IReplicaService
{
    private const int ChunkBytes = 2_000;

    private string? _vouched;
    private byte[] _bytes = [];
    private long _total;

    public Exception? Fails { get; set; }

    /// <summary>Whether it begins again after its last piece.</summary>
    public bool IsEndless { get; set; }

    /// <summary>Whether each piece claims a longer snapshot than the one before.</summary>
    public bool Grows { get; set; }

    /// <summary>Whether it never answers the request to vouch.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Whether it has only the state, and no snapshot yet.</summary>
    public bool VouchesForStateOnly { get; set; }

    /// <summary>How many pieces it was asked for.</summary>
    public int Asked { get; private set; }

    /// <summary>How often it was asked to vouch.</summary>
    public int Vouched { get; private set; }

    public void Has(GivenSnapshot snapshot) => Has(snapshot.Vouched, snapshot.Bytes);

    public void Has(string vouched, byte[] bytes, long? total = null) =>
        (_vouched, _bytes, _total) = (vouched, bytes, total ?? bytes.Length);

    public Task<GetStateDigestResult> GetStateDigestAsync(long sequence)
    {
        Vouched++;
        if (IsSilent)
            return new TaskCompletionSource<GetStateDigestResult>(TaskCreationOptions.RunContinuationsAsynchronously).Task;
        if (Fails is not null)
            return Task.FromException<GetStateDigestResult>(Fails);
        return Task.FromResult(new GetStateDigestResult
        {
            Found = _vouched is not null,
            Sequence = sequence,
            Digest = _vouched,
            SnapshotDigest = VouchesForStateOnly ? null : _vouched,
        });
    }

    public Task<GetSnapshotResult> GetSnapshotAsync(long sequence, long offset)
    {
        Asked++;
        if (IsEndless)
            offset %= _bytes.Length;
        if (Grows)
            _total++;
        if (offset >= _bytes.Length)
            throw new CommunicationException("on purpose");
        var chunk = _bytes.AsSpan((int)offset, Math.Min(ChunkBytes, _bytes.Length - (int)offset)).ToArray();
        return Task.FromResult(new GetSnapshotResult
        {
            Found = true,
            Sequence = sequence,
            Offset = offset,
            TotalBytes = _total,
            Chunk = chunk,
        });
    }

    public Task<GetStatusResult> GetStatusAsync() => throw new NotSupportedException();

    public Task<GetReplyResult> GetReplyAsync(long sequence) => throw new NotSupportedException();

    public Task<GetEntriesResult> GetEntriesAsync(long from, long to) => throw new NotSupportedException();
}
