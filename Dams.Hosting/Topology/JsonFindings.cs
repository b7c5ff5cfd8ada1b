namespace Dams.Hosting.Topology;

/// <summary>Everything that one reading has found so far.</summary>
internal sealed class JsonFindings
{
    public List<TopologyProblem> Problems { get; } = [];

    public SortedDictionary<string, JsonShape> Shapes { get; } = new(StringComparer.Ordinal);
}
