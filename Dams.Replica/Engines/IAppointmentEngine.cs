using Dams.Contracts.Domain;

namespace Dams.Replica.Engines;

/// <summary>
/// The engine of one version: it executes the rules of the appointment service. Deterministic: two engines of any versions give equal
/// replies and hold equal buckets for ever, if they get the same commands in the same order. Single-threaded: the owner's loop is the only
/// caller.
/// </summary>
public interface IAppointmentEngine
{
    /// <summary>The version's name, as configuration names it.</summary>
    string Version { get; }

    /// <summary>
    /// Executes a canonical, permitted command. A failed operation changes nothing. The engine calls <paramref name="observer"/> for each
    /// bucket before the first change that this command makes to it.
    /// </summary>
    Reply Execute(Command command, IBucketObserver observer);

    /// <summary>The keys of all buckets that hold a slot, in canonical order.</summary>
    IReadOnlyList<BucketKey> BucketKeys();

    /// <summary>The content of one bucket; empty if there is no slot at that hospital and date.</summary>
    Bucket ReadBucket(BucketKey key);

    /// <summary>Replaces the whole state with these buckets. They come in canonical order and obey every rule of the domain.</summary>
    void Restore(IEnumerable<Bucket> buckets);
}
