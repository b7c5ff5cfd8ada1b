using Dams.Ordering;

namespace Dams.ReplicaManager.Agreement;

/// <summary>
/// Whether replies are wrong: this manager has fetched them from the accused and from the others. A number counts if two others say the same and the accused
/// something else; all of the case's numbers must. What can't be had accuses nobody. Pure and single-threaded.
/// </summary>
internal sealed class ReplyEvidence
{
    private readonly Dictionary<(byte Replica, long Sequence), StoredAnswer> _answers = [];
    private readonly HashSet<(byte Replica, long Sequence)> _asked = [];
    private readonly ManagementMutant _mutant;

    /// <summary>Evidence in a case.</summary>
    /// <param name="about">The case.</param>
    /// <param name="witnesses">The other replicas that vote.</param>
    /// <param name="beganAt">The beginning.</param>
    /// <param name="options">How long to wait, and the rule that is taken out.</param>
    public ReplyEvidence(Case about, IReadOnlyList<byte> witnesses, Instant beganAt, ManagementOptions options)
    {
        Case = about;
        AskAt = beganAt;
        Until = beganAt + options.AnswerPatience;
        _mutant = options.Mutant;
        Witnesses = witnesses;
        foreach (var sequence in about.Sequences)
        {
            _asked.Add((about.Replica, sequence));
            foreach (var witness in witnesses)
                _asked.Add((witness, sequence));
        }
    }

    /// <summary>The case.</summary>
    public Case Case { get; }

    /// <summary>Who is asked besides the accused.</summary>
    public IReadOnlyList<byte> Witnesses { get; }

    /// <summary>When to go by what there is.</summary>
    public Instant Until { get; }

    /// <summary>When the vote was given; null until then.</summary>
    public Instant? VotedAt { get; set; }

    /// <summary>When what is missing is asked for again.</summary>
    public Instant AskAt { get; set; }

    /// <summary>What nobody has answered yet, or not in time, or does not have.</summary>
    public IEnumerable<(byte Replica, long Sequence)> Missing => _asked.Where(question => !_answers.ContainsKey(question));

    /// <summary>Whether there is nothing to wait for: what is still missing could not acquit the accused, or nothing is missing.</summary>
    public bool IsComplete => IsGuilty || !Missing.Any();

    /// <summary>An answer; null if there is none, which takes none back that there was.</summary>
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
            return _mutant == ManagementMutant.MissingReplyAccuses;
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
