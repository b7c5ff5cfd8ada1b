using Dams.Contracts.Domain;
using Dams.Ordering;

namespace Dams.Replica.Core;

/// <summary>An exception that a version threw instead of answering.</summary>
/// <param name="Seq">The entry that was being executed; for a read that was not ordered, the last executed entry.</param>
/// <param name="Command">The command that the version was to execute.</param>
/// <param name="Exception">The exception itself.</param>
internal sealed record EngineFailure(SequenceNumber Seq, Command Command, Exception Exception)
{
    /// <summary>
    /// Whether an exception is a failure of the version. Exceptions that show a broken process are not; they end the
    /// loop.
    /// </summary>
    public static bool IsOfVersion(Exception exception) =>
        exception is not (OutOfMemoryException or StackOverflowException or InvariantBrokenException);
}
