using Dams.Ordering;
using Dams.Ordering.Protocol;

namespace Dams.FrontEnd.Coordination;

/// <summary>
/// The session of this front end with the replicas. Numbers its requests, and decides which numbers the replicas may forget. Pure and
/// single-threaded.
/// </summary>
/// <param name="frontEnd">The number of the front end.</param>
/// <param name="boot">The boot of its process, which is the first session.</param>
/// <param name="random">Makes the ids of later sessions.</param>
internal sealed class RequestSession(byte frontEnd, BootId boot, SeededRandom random)
{
    private readonly SortedSet<ulong> _outstanding = [];
    private BootId _id = boot;
    private ulong _lastNumber;

    /// <summary>The lowest of this front end's own numbers that may still be repeated. Replicas forget the requests below it.</summary>
    public ulong LowestOutstanding => _outstanding.Count > 0 ? _outstanding.Min : _lastNumber + 1;

    /// <summary>Makes a key for a request whose client gave it no id.</summary>
    public RequestKey NextKey() => new(frontEnd, _id.Value, ++_lastNumber);

    /// <summary>Begins a request. A number of this front end may be repeated until <see cref="End"/>.</summary>
    public Request Begin(RequestKey key, byte opcode, Digest digest, ReadOnlyMemory<byte> payload)
    {
        if (!key.IsClientMade)
            _outstanding.Add(key.Low);
        return new Request(key, frontEnd, _id, LowestOutstanding, opcode, digest, payload);
    }

    /// <summary>A request has its result, and is not repeated any more.</summary>
    public void End(Request request)
    {
        if (!request.Key.IsClientMade)
            _outstanding.Remove(request.Key.Low);
    }

    /// <summary>
    /// Replicas have refused a request, because they take its session for ended. A late request of an earlier boot was ordered after
    /// this boot's first, so they take the earlier boot for the newer. New requests begin a new session.
    /// </summary>
    public void OnRetired(Request request)
    {
        if (request.FrontEndBoot == _id)
            _id = new BootId(random.Next() | 1);
    }
}
