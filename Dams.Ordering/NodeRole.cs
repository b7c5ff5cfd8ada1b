namespace Dams.Ordering;

/// <summary>
/// The role of a process in the cluster. An id begins with the role in lower case: <c>replica3</c>. The numeric values
/// are used on the wire.
/// </summary>
public enum NodeRole : byte
{
    /// <summary>The SOAP endpoint: validates and submits requests, and votes on the replies.</summary>
    FrontEnd = 1,

    /// <summary>Puts requests into the total order. One is active, the others are standbys.</summary>
    Sequencer = 2,

    /// <summary>A member of the replicas' group: executes the ordered requests with one version.</summary>
    Replica = 3,

    /// <summary>A member of the managers' group: starts, watches and replaces the replica of the same number.</summary>
    Manager = 4,
}
