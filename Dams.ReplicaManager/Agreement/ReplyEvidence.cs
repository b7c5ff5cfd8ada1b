using Dams.Ordering;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// The evidence whether replies are wrong, which this manager fetches from the accused and from the others. A reply is wrong if two others
/// agree and the accused differs from them. The accused is guilty if all replies of the case are wrong. A reply that can't be had accuses
/// nobody. Pure and single-threaded.
/// </summary>
internal sealed class ReplyEvidence
{
    private readonly Dictionary<(byte Replica, long Sequence), StoredAnswer> _answers = [];
    private readonly IReadOnlyList<(byte Replica, long Sequence)> _asked;

    /// <summary>The evidence in a case, with no reply yet.</summary>
    /// <param name="about">The case.</param>
    /// <param name="witnesses">The other replicas that vote.</param>
    /// <param name="beganAt">The start of the inquiry.</param>
    /// <param name="options">Say how long to wait.</param>
    public ReplyEvidence(Case about, IReadOnlyList<byte> witnesses, Instant beganAt, ManagerOptions options)
    {
        Case = about;
        AskAt = beganAt;
        Until = beganAt + options.AnswerPatience;
        Witnesses = witnesses;
        _asked =
        [
            .. about.Sequences.SelectMany(sequence => witnesses.Prepend(about.Replica).Select(replica => (replica, sequence))).Distinct(),
        ];
    }

    /// <summary>The case that the evidence is about.</summary>
    public Case Case { get; }

    /// <summary>The replicas that are asked besides the accused.</summary>
    public IReadOnlyList<byte> Witnesses { get; }

    /// <summary>When the inquiry ends with the replies that it has.</summary>
    public Instant Until { get; }

    /// <summary>When the vote was given; null until then.</summary>
    public Instant? VotedAt { get; set; }

    /// <summary>When missing replies are asked for again.</summary>
    public Instant AskAt { get; set; }

    /// <summary>The replies that a replica has not given yet, or not in time, or does not have.</summary>
    public IEnumerable<(byte Replica, long Sequence)> Missing => _asked.Where(question => !_answers.ContainsKey(question));

    /// <summary>Whether there is nothing to wait for: no reply is missing, or the accused is guilty without the missing ones.</summary>
    public bool IsComplete => IsGuilty || !Missing.Any();

    /// <summary>Takes an answer. Null means that there is none; an earlier answer stays.</summary>
    public void OnReply(byte replica, long sequence, StoredAnswer? answer)
    {
        if (answer is { } given && _asked.Contains((replica, sequence)))
            _answers[(replica, sequence)] = given;
    }

    /// <summary>Whether the accused was wrong every time.</summary>
    public bool IsGuilty => Case.Sequences.All(IsWrong);

    private bool IsWrong(long sequence)
    {
        if (Of(Case.Replica, sequence) is not { } accused)
            return false;
        foreach (var first in Witnesses)
        {
            if (Of(first, sequence) is not { } right)
                continue;
            if (right != accused && Witnesses.Any(second => second != first && Of(second, sequence) == right))
                return true;
        }

        return false;
    }

    private StoredAnswer? Of(byte replica, long sequence) => _answers.TryGetValue((replica, sequence), out var answer) ? answer : null;
}
