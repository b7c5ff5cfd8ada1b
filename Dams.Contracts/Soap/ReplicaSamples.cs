namespace Dams.Contracts.Soap;

/// <summary>Samples of the replica's contract, for the help page: a replica that has executed one addition of a slot.</summary>
public static class ReplicaSamples
{
    private const string StateDigest = "5f2c0b6d1f3e4a9788c1d2e3f4a5b6c70d1e2f3a4b5c6d7e8f90a1b2c3d4e5f6";
    private const string RequestDigest = "0a1b2c3d4e5f60718293a4b5c6d7e8f900112233445566778899aabbccddeeff";
    private const string Epoch = "257";

    /// <summary>Values by parameter name.</summary>
    public static IReadOnlyDictionary<string, string> Values { get; } = new Dictionary<string, string>
    {
        ["sequence"] = "5",
        ["from"] = "5",
        ["to"] = "5",
        ["offset"] = "0",
    };

    /// <summary>Answers by operation.</summary>
    public static IReadOnlyDictionary<string, object> Answers { get; } = new Dictionary<string, object>
    {
        ["GetStatus"] = new GetStatusResult
        {
            Id = 1,
            Incarnation = "4702111234474983745",
            Boot = "9223372036854775808",
            Engine = "Ledger",
            Epoch = Epoch,
            Executed = 5,
            Durable = 5,
            FirstLogged = 1,
            LastLogged = 5,
            StateDigest = StateDigest,
            DigestAt = 5,
            ProcessId = 4711,
            State = "Following",
            Checkpoint = 0,
        },
        ["GetStateDigest"] = new GetStateDigestResult { Found = true, Sequence = 5, Digest = StateDigest },
        ["GetReply"] = new GetReplyResult
        {
            Found = true,
            Sequence = 5,
            RequestDigest = RequestDigest,
            ResultDigest = StateDigest,
            Body = [1, 0],
        },
        ["GetEntries"] = new GetEntriesResult
        {
            FirstLogged = 1,
            LastLogged = 5,
            Entries =
            [
                new LogEntry
                {
                    Sequence = 5,
                    Epoch = Epoch,
                    Time = 1_700_000_000_000,
                    Kind = "NOOP",
                    RequestDigest = RequestDigest,
                    Chain = "00112233445566778899aabbccddeeff",
                    Payload = [],
                },
            ],
        },
        ["GetSnapshot"] = new GetSnapshotResult { Found = true, Sequence = 5, Offset = 0, TotalBytes = 4, Chunk = [1, 2, 3, 4] },
    };
}
