using System.Diagnostics;
using Dams.Contracts.Domain;
using Dams.Replica.Engines;

namespace Dams.Tests.Processes.Lies;

/// <summary>A version with a deadly bug: a booking for the patient with a certain number kills the process.</summary>
internal sealed class DeadlyEngine(IAppointmentEngine inner) : IAppointmentEngine
{
    /// <summary>A replica that executes a booking for the patient with this number dies.</summary>
    public const ushort DeadlyPatient = 6666;

    public string Version => inner.Version;

    public Reply Execute(Command command, IBucketObserver observer)
    {
        if (command is not BookAppointment { Patient.Number: DeadlyPatient })
            return inner.Execute(command, observer);
        Process.GetCurrentProcess().Kill();
        throw new UnreachableException();
    }

    public IReadOnlyList<BucketKey> BucketKeys() => inner.BucketKeys();

    public Bucket ReadBucket(BucketKey key) => inner.ReadBucket(key);

    public void Restore(IEnumerable<Bucket> buckets) => inner.Restore(buckets);
}
