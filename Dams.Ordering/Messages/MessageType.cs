namespace Dams.Ordering.Messages;

/// <summary>The wire numbers of messages. Append-only.</summary>
public enum MessageType : byte
{
    /// <summary><see cref="Req"/>.</summary>
    Req = 1,

    /// <summary><see cref="ReqAck"/>.</summary>
    ReqAck = 2,

    /// <summary><see cref="Order"/>.</summary>
    Order = 3,

    /// <summary><see cref="Stored"/>.</summary>
    Stored = 4,

    /// <summary><see cref="Commit"/>.</summary>
    Commit = 5,

    /// <summary><see cref="Nak"/>.</summary>
    Nak = 6,

    /// <summary><see cref="Retrans"/>.</summary>
    Retrans = 7,

    /// <summary><see cref="Sync"/>.</summary>
    Sync = 8,

    /// <summary><see cref="State"/>.</summary>
    State = 9,

    /// <summary><see cref="ReplyMessage"/>.</summary>
    Reply = 10,

    /// <summary><see cref="Resend"/>.</summary>
    Resend = 11,

    /// <summary><see cref="Missing"/>.</summary>
    Missing = 12,

    /// <summary><see cref="SeqSuspect"/>.</summary>
    SeqSuspect = 13,

    /// <summary><see cref="Prepare"/>.</summary>
    Prepare = 14,

    /// <summary><see cref="Promise"/>.</summary>
    Promise = 15,

    /// <summary><see cref="Fetch"/>.</summary>
    Fetch = 16,

    /// <summary><see cref="Fetched"/>.</summary>
    Fetched = 17,

    /// <summary><see cref="NewView"/>.</summary>
    NewView = 18,

    /// <summary><see cref="NewViewAck"/>.</summary>
    NewViewAck = 19,

    /// <summary><see cref="Refused"/>.</summary>
    Refused = 20,

    /// <summary><see cref="GetView"/>.</summary>
    GetView = 21,

    /// <summary><see cref="ViewSummary"/>.</summary>
    ViewSummary = 22,

    /// <summary><see cref="JoinReq"/>.</summary>
    JoinReq = 23,

    /// <summary><see cref="CaughtUp"/>.</summary>
    CaughtUp = 24,

    /// <summary><see cref="LeaveReq"/>.</summary>
    LeaveReq = 25,

    /// <summary><see cref="HandOver"/>.</summary>
    HandOver = 26,

    /// <summary><see cref="SkipReq"/>.</summary>
    SkipReq = 27,

    /// <summary><see cref="SkipStatus"/>.</summary>
    SkipStatus = 28,

    /// <summary><see cref="SkipAsk"/>.</summary>
    SkipAsk = 29,

    /// <summary><see cref="SkipVote"/>.</summary>
    SkipVote = 30,

    /// <summary><see cref="Messages.StampReq"/>.</summary>
    StampReq = 31,

    /// <summary><see cref="Messages.StampAck"/>.</summary>
    StampAck = 32,
}
