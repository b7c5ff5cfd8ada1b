namespace Dams.Tests.Simulated;

/// <summary>An entry has killed the process that executed it.</summary>
internal sealed class PoisonedException(SimulatedNode node) : Exception
{
    public SimulatedNode Node { get; } = node;
}
