namespace Dams.ReplicaManager.Agreement;

/// <summary>The watches in which a suspect answered and stood still.</summary>
/// <param name="At">The number at which it stands still.</param>
/// <param name="Watches">How many watches have found it there, all about the same case.</param>
internal readonly record struct Standstill(long At, int Watches);
