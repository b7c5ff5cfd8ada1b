using Dams.Ordering;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// One comparison of all replicas' state digests at one checkpoint, which all of them took at the same entry. First each replica says its
/// newest checkpoint. Then each is asked for its digest at the lowest of these, which the replicas that are ahead still have. Every other
/// round asks for the second lowest instead: a replica that names an old checkpoint for ever must not keep the others from being compared.
/// Pure and single-threaded.
/// </summary>
/// <param name="voters">The replicas that are compared, with their incarnations.</param>
/// <param name="until">When the round ends with the digests that it has.</param>
/// <param name="isWithoutLowest">Whether the second lowest checkpoint is compared.</param>
internal sealed class DigestRound(IReadOnlyDictionary<byte, ulong> voters, Instant until, bool isWithoutLowest)
{
    private readonly Dictionary<byte, long?> _newest = [];
    private readonly Dictionary<byte, Digest?> _digests = [];

    /// <summary>The replicas that are compared, with their incarnations.</summary>
    public IReadOnlyDictionary<byte, ulong> Voters => voters;

    /// <summary>When the round ends with the digests that it has.</summary>
    public Instant Until => until;

    /// <summary>The checkpoint that is compared; null until it is known, 0 if there is none.</summary>
    public long? Checkpoint { get; private set; }

    /// <summary>A comparison at a checkpoint that is known already, because a replica is accused there.</summary>
    public static DigestRound At(long checkpoint, IReadOnlyDictionary<byte, ulong> voters, Instant until) =>
        new(voters, until, isWithoutLowest: false) { Checkpoint = checkpoint };

    /// <summary>Whether there is nothing more to wait for.</summary>
    public bool IsComplete => Checkpoint is 0 || (Checkpoint is not null && _digests.Count == voters.Count);

    /// <summary>Takes a replica's newest checkpoint.</summary>
    /// <returns>Whether the checkpoint to compare is now known.</returns>
    public bool OnSighting(byte replica, ReplicaSighting? sighting)
    {
        if (Checkpoint is not null || !voters.TryGetValue(replica, out var incarnation))
            return false;
        _newest[replica] = sighting is not null && sighting.Incarnation == incarnation && sighting.Checkpoint > 0
            ? sighting.Checkpoint
            : null;
        if (_newest.Count < voters.Count)
            return false;
        var named = _newest.Values.OfType<long>().Order().ToList();
        Checkpoint = named.Count < 3 ? 0 : named[isWithoutLowest ? 1 : 0];
        return Checkpoint > 0;
    }

    /// <summary>Takes a replica's digest at the checkpoint; null if it has none.</summary>
    public void OnDigest(byte replica, long checkpoint, Digest? digest)
    {
        if (checkpoint == Checkpoint && voters.ContainsKey(replica))
            _digests[replica] = digest;
    }

    /// <summary>
    /// The one replica whose digest differs while at least two others agree; null if there is none, or if nobody can tell. A missing
    /// digest accuses nobody.
    /// </summary>
    public byte? Minority
    {
        get
        {
            var known = _digests.Where(pair => pair.Value is not null).GroupBy(pair => pair.Value!.Value).ToList();
            if (known.Count != 2 || known.Max(group => group.Count()) < 2)
                return null;
            var smaller = known.MinBy(group => group.Count())!;
            return smaller.Count() == 1 ? smaller.First().Key : null;
        }
    }

    /// <summary>
    /// Whether at least two replicas have this replica's digest, and fewer have any other one. A missing digest acquits nobody.
    /// </summary>
    public bool IsWithMajority(byte replica)
    {
        if (_digests.GetValueOrDefault(replica) is not { } own)
            return false;
        var sizes = _digests.Values.OfType<Digest>().CountBy(digest => digest).ToDictionary();
        return sizes[own] >= 2 && sizes.All(pair => pair.Key == own || pair.Value < sizes[own]);
    }

    /// <summary>
    /// Whether the replicas are divided, so that nobody can say which is right: three or four have answered, their digests differ, and it
    /// is not one against the rest.
    /// </summary>
    public bool IsDivided =>
        _digests.Values.OfType<Digest>().Count() >= 3 && _digests.Values.OfType<Digest>().Distinct().Count() > 1 && Minority is null;
}
