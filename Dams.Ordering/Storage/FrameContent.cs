namespace Dams.Ordering.Storage;

/// <summary>The content of a frame: the changes of one batch, in the order in which they are made.</summary>
/// <param name="Cut">First forget every entry above this one; null to keep all.</param>
/// <param name="Trim">Then forget every entry up to this one; null to keep all.</param>
/// <param name="Record">Then remember this record; null to keep the present one.</param>
/// <param name="Entries">Then append these.</param>
internal readonly record struct FrameContent(
    ChainPoint? Cut, ChainPoint? Trim, MemberRecord? Record, IReadOnlyList<Entry> Entries)
{
    /// <summary>Tells which parts are there.</summary>
    public LogFormat.FrameFlags Flags =>
        (Cut is null ? LogFormat.FrameFlags.None : LogFormat.FrameFlags.Cut)
        | (Trim is null ? LogFormat.FrameFlags.None : LogFormat.FrameFlags.Trim)
        | (Record is null ? LogFormat.FrameFlags.None : LogFormat.FrameFlags.Record);
}
