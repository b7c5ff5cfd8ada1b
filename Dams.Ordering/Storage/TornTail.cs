namespace Dams.Ordering.Storage;

/// <summary>The torn end that a crash left behind the last whole batch, and that was cut off at the start.</summary>
/// <param name="File">Path of the segment.</param>
/// <param name="Offset">Where the cut was made, in bytes from its start.</param>
/// <param name="Bytes">How much was cut, in bytes.</param>
public sealed record TornTail(string File, long Offset, long Bytes);
