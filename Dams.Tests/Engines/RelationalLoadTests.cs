using Dams.Contracts.Domain;
using Dams.Replica.Engines;

namespace Dams.Tests.Engines;

/// <summary>
/// The relational version drops its indexes and its trigger during a load, and makes them again from the loaded rows. Rows that they
/// forbid must not come in that way.
/// </summary>
[Category("Engines")]
internal sealed class RelationalLoadTests
{
    private static readonly DateOnly s_day = new(2025, 1, 6);
    private static readonly PatientId s_one = new(Hospital.MTL, 1);
    private static readonly PatientId s_two = new(Hospital.MTL, 2);

    private static IEnumerable<TestCaseData> Forbidden()
    {
        yield return Case(
            "a patient in two slots at one time",
            SlotAt(TimeOfDay.Morning, AppointmentType.Physician, 2, s_one),
            SlotAt(TimeOfDay.Morning, AppointmentType.Dental, 2, s_one));
        yield return Case(
            "two bookings of a type on a day",
            SlotAt(TimeOfDay.Morning, AppointmentType.Physician, 2, s_one),
            SlotAt(TimeOfDay.Evening, AppointmentType.Physician, 2, s_one));
        yield return Case("a patient twice in a slot", SlotAt(TimeOfDay.Morning, AppointmentType.Physician, 2, s_one, s_one));
        yield return Case("more holders than places", SlotAt(TimeOfDay.Morning, AppointmentType.Physician, 1, s_one, s_two));

        static TestCaseData Case(string name, params SlotState[] slots) => new TestCaseData((object)slots).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Forbidden))]
    public void A_load_that_the_constraints_forbid_changes_nothing(SlotState[] slots)
    {
        var engine = EngineVersions.Create("Relational");
        using var ownership = (IDisposable)engine;
        var before = new Bucket(
            new BucketKey(Hospital.SHE, s_day),
            [new SlotState(new Slot(new AppointmentId(Hospital.SHE, s_day, TimeOfDay.Evening), AppointmentType.Dental), 1, [s_two])]);
        engine.Restore([before]);
        Assert.That(() => engine.Restore([new Bucket(new BucketKey(Hospital.MTL, s_day), [.. slots])]), Throws.Exception);
        Assert.That(engine.BucketKeys(), Is.EqualTo(new[] { before.Key }));
        Assert.That(engine.ReadBucket(before.Key), Is.EqualTo(before));
    }

    [Test]
    public void A_booking_after_a_load_comes_last_in_the_booking_order()
    {
        var engine = EngineVersions.Create("Relational");
        using var ownership = (IDisposable)engine;
        var key = new BucketKey(Hospital.MTL, s_day);
        var slot = SlotAt(TimeOfDay.Morning, AppointmentType.Physician, 3, s_two, s_one);
        engine.Restore([new Bucket(key, [slot])]);
        var third = new PatientId(Hospital.MTL, 0);
        engine.Execute(new BookAppointment(default, third, slot.Slot), new Unobserved());
        Assert.That(engine.ReadBucket(key).Slots.Single().Holders, Is.EqualTo(new[] { s_two, s_one, third }));
    }

    private static SlotState SlotAt(TimeOfDay time, AppointmentType type, int capacity, params PatientId[] holders) =>
        new(new Slot(new AppointmentId(Hospital.MTL, s_day, time), type), capacity, [.. holders]);

    private sealed class Unobserved : IBucketObserver
    {
        public void BeforeChange(BucketKey key)
        {
        }
    }
}
