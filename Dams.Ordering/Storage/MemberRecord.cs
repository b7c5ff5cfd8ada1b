namespace Dams.Ordering.Storage;

/// <summary>The facts that a member must never forget, besides its entries.</summary>
/// <param name="Incarnation">The identity of this data folder.</param>
/// <param name="Promised">The claim that the member has promised to obey. It obeys no older one any more.</param>
/// <param name="Installed">The epoch whose order the log is a prefix of.</param>
/// <param name="View">The members as of the installation (membership entries after it are in the log).</param>
public sealed record MemberRecord(Incarnation Incarnation, Claim Promised, Claim Installed, View View)
{
    /// <summary>The stamps that show how new this folder and the others' folders are.</summary>
    public StampRecord Stamps { get; init; } = StampRecord.None;
}
