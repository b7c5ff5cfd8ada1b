namespace Dams.Hosting.Topology;

/// <summary>One thing that is wrong with a configuration.</summary>
/// <param name="Path">The place of the problem: a JSON path such as <c>$.replicas[2].port</c>, or the path of the file.</param>
/// <param name="Wrong">The text that says what is there, such as <c>is 7</c>.</param>
/// <param name="Expected">The text that says what should be there.</param>
public sealed record TopologyProblem(string Path, string Wrong, string Expected)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => $"{Path}: {Wrong}; expected {Expected}";
}
