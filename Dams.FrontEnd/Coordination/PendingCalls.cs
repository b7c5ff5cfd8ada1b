using System.Diagnostics.CodeAnalysis;
using Dams.Ordering;

namespace Dams.FrontEnd.Coordination;

/// <summary>
/// The calls that are not closed. Decides which call a reply or an acknowledgement belongs to. A key alone does not tell, because a
/// client may use one key for several requests. Pure and single-threaded.
/// </summary>
internal sealed class PendingCalls
{
    private readonly Dictionary<(RequestKey Key, Digest Digest), PendingCall> _calls = [];
    private readonly Dictionary<RequestKey, List<PendingCall>> _byKey = [];

    /// <summary>How many have no result yet.</summary>
    public int UnansweredCount { get; private set; }

    /// <summary>Those that have no result yet.</summary>
    public IEnumerable<PendingCall> Unanswered => _calls.Values.Where(call => !call.IsAnswered);

    /// <summary>Finds the call with exactly this request.</summary>
    public bool TryGet(RequestKey key, Digest request, [NotNullWhen(true)] out PendingCall? call) =>
        _calls.TryGetValue((key, request), out call);

    /// <summary>The calls with a key, oldest first.</summary>
    public IReadOnlyList<PendingCall> OfKey(RequestKey key) => _byKey.TryGetValue(key, out var calls) ? calls : [];

    /// <summary>A call has begun.</summary>
    public void Add(PendingCall call)
    {
        var key = call.Request.Key;
        _calls.Add((key, call.Request.Digest), call);
        if (!_byKey.TryGetValue(key, out var sameKey))
            _byKey.Add(key, sameKey = new List<PendingCall>(1));
        sameKey.Add(call);
        UnansweredCount++;
    }

    /// <summary>A call has become answered.</summary>
    public void OnAnswered() => UnansweredCount--;

    /// <summary>Forgets an answered call.</summary>
    public void Remove(PendingCall call)
    {
        var key = call.Request.Key;
        _calls.Remove((key, call.Request.Digest));
        if (!_byKey.TryGetValue(key, out var sameKey))
            return;
        sameKey.Remove(call);
        if (sameKey.Count == 0)
            _byKey.Remove(key);
    }
}
