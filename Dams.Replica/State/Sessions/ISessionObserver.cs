namespace Dams.Replica.State.Sessions;

/// <summary>
/// Learns of each section of the session table before it changes. So only touched sections are hashed again, and
/// snapshots are copied on write.
/// </summary>
internal interface ISessionObserver
{
    /// <summary>Called before the section changes, while it still has its old rows.</summary>
    void BeforeChange(long section);
}
