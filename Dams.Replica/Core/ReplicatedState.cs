using Dams.Contracts.Domain;
using Dams.Replica.Engines;
using Dams.Replica.State.Sessions;
using Dams.Replica.State.Snapshots;

namespace Dams.Replica.Core;

/// <summary>
/// The replicated state: what the engine holds, and the session table. Replicas that have executed the same entries
/// hold the same state. This object tells the digests and the snapshots of each change, and decides whether the content
/// of a snapshot becomes the state.
/// </summary>
internal sealed class ReplicatedState
{
    private readonly int _clientSessionsMax;
    private readonly StateObservers _observers = new();

    /// <summary>Makes the state around an engine that holds nothing yet.</summary>
    public ReplicatedState(IAppointmentEngine engine, int clientSessionsMax)
    {
        _clientSessionsMax = clientSessionsMax;
        Engine = engine;
        Sessions = new SessionTable(clientSessionsMax, _observers);
        _observers.Buckets.Reset(engine);
    }

    public IAppointmentEngine Engine { get; }

    /// <summary>The session table, because of which each request is executed exactly once.</summary>
    public SessionTable Sessions { get; private set; }

    /// <summary>Lets the version execute a command. Whatever the version throws comes out of here.</summary>
    public Reply Execute(Command command) => Engine.Execute(command, _observers);

    /// <summary>The digest of the present state. Reads everything that has changed since the last digest.</summary>
    public byte[] Digest() => _observers.Buckets.Digest(Engine, _observers.Sessions.Digest(Sessions));

    /// <summary>Begins a snapshot of the present state. It is told of all changes until <see cref="EndExport"/>.</summary>
    public SnapshotExport BeginExport(SnapshotHeader header)
    {
        var export = new SnapshotExport(header, Engine, Sessions);
        _observers.Add(export);
        return export;
    }

    /// <summary>Tells a snapshot of no more changes, because it is complete or dropped.</summary>
    public void EndExport(SnapshotExport export) => _observers.Remove(export);

    /// <summary>
    /// Takes over the content of a snapshot. If the engine then holds anything other than what was read, the state is
    /// emptied again and the snapshot is rejected.
    /// </summary>
    /// <returns>Why the snapshot is rejected; null if it is used.</returns>
    public SnapshotRefused? Restore(SnapshotContent content)
    {
        try
        {
            Engine.Restore(content.Buckets);
        }
        catch (Exception exception) when (EngineFailure.IsOfVersion(exception))
        {
            return new SnapshotRefused(
                SnapshotProblem.EngineDiffers, content.Bytes, $"{Engine.Version} could not restore it: {exception.Message}");
        }

        UseSessions(content.Sessions);
        var digest = Digest();
        if (digest.AsSpan().SequenceEqual(content.StateDigest))
            return null;
        Engine.Restore([]);
        UseSessions(new SessionTable(_clientSessionsMax));
        return new SnapshotRefused(
            SnapshotProblem.EngineDiffers, content.Bytes,
            $"{Engine.Version} has digest {Convert.ToHexStringLower(digest)} after restoring it");
    }

    private void UseSessions(SessionTable sessions)
    {
        Sessions = sessions;
        Sessions.ObserveWith(_observers);
        _observers.Sessions.Reset(Sessions);
        _observers.Buckets.Reset(Engine);
    }
}
