namespace Dams.Ordering.Transport;

/// <summary>Why a datagram, or the rest of one, was dropped.</summary>
public enum DropReason
{
    /// <summary>It was not dropped.</summary>
    None = 0,

    /// <summary>It is not a datagram of ours.</summary>
    BadMagic,

    /// <summary>It has a layout that this release does not know.</summary>
    BadFormat,

    /// <summary>It belongs to another cluster.</summary>
    WrongCluster,

    /// <summary>It belongs to a group or class that is not served here.</summary>
    WrongGroup,

    /// <summary>It is for another node.</summary>
    Misaddressed,

    /// <summary>It is sealed with a key that is not in the ring.</summary>
    UnknownKey,

    /// <summary>The tag does not fit: forged or damaged.</summary>
    Unauthenticated,

    /// <summary>It was seen before, or is too old to know.</summary>
    Replayed,

    /// <summary>Its lengths contradict each other, or its bytes are no message.</summary>
    Malformed,

    /// <summary>Too many datagrams of unknown boots came, from that address and of that claimed sender.</summary>
    RateLimited,

    /// <summary>The log has no room for its content. The node asks for it again, as if it had been lost.</summary>
    NoRoom,
}
