namespace Dams.Ordering.Protocol;

/// <summary>
/// The views that count at the sequencer. While a change of membership is uncommitted, these are the view before it and
/// the view after it. At all other times both are the same object. At most one change is uncommitted, so there are two
/// views at most.
/// </summary>
/// <param name="Before">The view before the last appended change, until that is committed.</param>
/// <param name="Latest">The view after the last appended change.</param>
internal readonly record struct ViewPair(View Before, View Latest)
{
    /// <summary>The pair with one view in both places.</summary>
    public static ViewPair Of(View view) => new(view, view);

    /// <summary>Whether this incarnation is in one of the two views.</summary>
    public bool Has(byte id, Incarnation incarnation) =>
        (Latest.TryGet(id, out var member) && member.Incarnation == incarnation)
        || (Before.TryGet(id, out member) && member.Incarnation == incarnation);
}
