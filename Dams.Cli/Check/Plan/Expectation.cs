using System.Globalization;

namespace Dams.Cli.Check.Plan;

/// <summary>The answers that a line expects of its calls.</summary>
internal abstract record Expectation
{
    /// <summary>Whether this answer may come at all.</summary>
    public abstract bool Accepts(PlainAnswer came);

    /// <summary>Judges the answers to all calls of a line.</summary>
    /// <returns>The difference; null if the answers are as expected.</returns>
    public abstract Mismatch? Judge(IReadOnlyList<CameAnswer> came);

    /// <summary>Each call gets one of these answers.</summary>
    public sealed record OneOf(IReadOnlyList<PlainAnswer> Answers) : Expectation
    {
        public override bool Accepts(PlainAnswer came) => Answers.Any(answer => answer.Accepts(came));

        public override Mismatch? Judge(IReadOnlyList<CameAnswer> came)
        {
            var wrong = came.Index().Where(one => !Accepts(one.Item.Answer)).ToList();
            if (wrong.Count == 0)
                return null;
            var (number, first) = wrong[0];
            var which = came.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" for call {number + 1}, {first.Call}");
            var more = wrong.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"; {wrong.Count} of {came.Count} differ");
            return new Mismatch(ToString(), $"{first}{which}{more}", wrong.Count);
        }

        public override string ToString() => string.Join(" or ", Answers);
    }

    /// <summary>So many calls get this answer, so many that one; which call gets which is free.</summary>
    public sealed record Exactly(IReadOnlyList<AnswerCount> Counts) : Expectation
    {
        public override bool Accepts(PlainAnswer came) => Counts.Any(count => count.Answer.Accepts(came));

        public override Mismatch? Judge(IReadOnlyList<CameAnswer> came)
        {
            var wrong = Counts.Sum(count => Math.Max(0, came.Count(one => count.Answer.Accepts(one.Answer)) - count.Count));
            var strange = came.Where(one => !Accepts(one.Answer)).ToList();
            if (wrong + strange.Count == 0)
                return null;
            var seen = came.GroupBy(one => one.Answer.Short)
                .Select(same => new AnswerCount(same.Count(), same.Key))
                .OrderBy(count => count.Answer.ToString(), StringComparer.Ordinal);
            var first = strange.Count == 0 ? "" : $"; the first: {strange[0]} for {strange[0].Call}";
            return new Mismatch(ToString(), string.Join(", ", seen) + first, wrong + strange.Count);
        }

        public override string ToString() => $"exactly {string.Join(", ", Counts)}";
    }
}

/// <summary>How many calls get an answer.</summary>
internal sealed record AnswerCount(int Count, PlainAnswer Answer)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Count} {Answer}");
}

/// <summary>The answer to a call.</summary>
/// <param name="Call">The call.</param>
/// <param name="Answer">The answer.</param>
/// <param name="Reason">The explanation of a fault; null for an outcome.</param>
internal sealed record CameAnswer(ScenarioCall Call, PlainAnswer Answer, string? Reason = null)
{
    public override string ToString() => Reason is null ? $"{Answer}" : $"{Answer} ({Reason})";
}

/// <summary>The difference between expected and given answers.</summary>
/// <param name="Expected">The expected answers.</param>
/// <param name="Came">The answers that came.</param>
/// <param name="Wrong">How many answers were wrong.</param>
internal sealed record Mismatch(string Expected, string Came, int Wrong);
