namespace Dams.Tests.Ordering.Scenarios;

/// <summary>
/// Collects trace lines. Neighbouring lines that differ only in the receiver, or only in the sender, become one line. So a
/// multicast is one line, and so are equal answers to one node.
/// </summary>
internal sealed class ScriptTrace
{
    private readonly List<Step> _steps = [];

    public IEnumerable<string> Lines => _steps.Select(step => step.ToString());

    public void Add(string note) => _steps.Add(new Step([], "", [], note, ""));

    public void Add(string from, string arrow, string to, string message, string effect)
    {
        if (_steps.Count > 0 && _steps[^1] is var last && last.Arrow == arrow && last.Message == message && last.Effect == effect)
        {
            if (last.From.Count == 1 && last.From[0] == from && !last.To.Contains(to))
            {
                last.To.Add(to);
                return;
            }

            if (last.To.Count == 1 && last.To[0] == to && !last.From.Contains(from))
            {
                last.From.Add(from);
                return;
            }
        }

        _steps.Add(new Step([from], arrow, [to], message, effect));
    }

    /// <summary>Gives the collected lines and forgets them.</summary>
    public IReadOnlyList<string> Take()
    {
        var lines = Lines.ToList();
        _steps.Clear();
        return lines;
    }

    private sealed record Step(List<string> From, string Arrow, List<string> To, string Message, string Effect)
    {
        public override string ToString() => From.Count == 0
            ? Message
            : $"{string.Join(" ", From)} {Arrow} {string.Join(" ", To)} {Message}{(Effect.Length > 0 ? $": {Effect}" : "")}";
    }
}
