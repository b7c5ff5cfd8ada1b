using Dams.Contracts.Soap;

namespace Dams.Hosting.Cluster;

/// <summary>A replica was asked and gave no usable answer.</summary>
/// <param name="message">The reason. It may quote the replica, so it is cut and made one line.</param>
/// <param name="cause">The exception that was thrown, if any.</param>
public sealed class ReplicaUnusableException(string message, Exception? cause = null)
    : Exception(FaultText.Clean(message, ReplicaUnusableException.MessageLengthMax), cause)
{
    /// <summary>The longest message, in characters.</summary>
    public const int MessageLengthMax = 200;
}
