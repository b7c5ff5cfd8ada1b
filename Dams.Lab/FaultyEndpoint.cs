using Dams.Contracts.Soap;
using Dams.Ordering;
using Dams.Ordering.Driver;

namespace Dams.Lab;

/// <summary>
/// A replica's own endpoint, whose stored replies and digests are changed by the replica's
/// lies. Called by many threads.
/// </summary>
internal sealed class FaultyEndpoint(IReplicaService replica, ReplicaLies lies, ProtocolDriver driver) : IReplicaService
{
    /// <inheritdoc/>
    public async Task<GetStatusResult> GetStatusAsync()
    {
        var status = await replica.GetStatusAsync().ConfigureAwait(false);
        if (status.StateDigest is { Length: > 0 } && await driver.InvokeAsync(_ => lies.IsAboutState).ConfigureAwait(false))
            status.StateDigest = OtherThan(status.StateDigest);
        return status;
    }

    /// <inheritdoc/>
    public async Task<GetStateDigestResult> GetStateDigestAsync(long sequence)
    {
        var digest = await replica.GetStateDigestAsync(sequence).ConfigureAwait(false);
        if (digest.Digest is { } right && await driver.InvokeAsync(_ => lies.IsFalseCheckpoint(sequence)).ConfigureAwait(false))
            (digest.Digest, digest.SnapshotDigest) = (OtherThan(right), digest.SnapshotDigest is { } file ? OtherThan(file) : null);
        return digest;
    }

    /// <inheritdoc/>
    public async Task<GetReplyResult> GetReplyAsync(long sequence)
    {
        var reply = await replica.GetReplyAsync(sequence).ConfigureAwait(false);
        if (reply.Found
            && await driver.InvokeAsync(_ => lies.StoredInsteadOf(new SequenceNumber(reply.Sequence))).ConfigureAwait(false) is { } told)
            (reply.ResultDigest, reply.Body) = (told.Digest.ToString(), told.Result);
        return reply;
    }

    /// <inheritdoc/>
    public Task<GetEntriesResult> GetEntriesAsync(long from, long to) => replica.GetEntriesAsync(from, to);

    /// <inheritdoc/>
    public Task<GetSnapshotResult> GetSnapshotAsync(long sequence, long offset) => replica.GetSnapshotAsync(sequence, offset);

    // Gives a well-formed digest that is not the one of this state.
    private static string OtherThan(string digest) => (digest[0] == '0' ? "f" : "0") + digest[1..];
}
