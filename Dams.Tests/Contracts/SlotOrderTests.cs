using Dams.Contracts.Domain;
using Dams.Replica.Engines;

namespace Dams.Tests.Contracts;

/// <summary>Slots sort by date, then by time of day, hospital and type, and never by their text.</summary>
public sealed class SlotOrderTests
{
    // In slot order, and chosen so that the order of the texts differs at each step.
    private static readonly string[] InOrder =
    [
        "SHEE311224 Physician", "MTLM010125 Surgeon", "MTLM010125 Dental", "QUEM010125 Physician", "SHEM010125 Physician",
        "MTLA010125 Physician", "SHEA010125 Physician", "MTLE010125 Physician", "MTLM020125 Physician", "MTLM010225 Physician",
        "MTLM010126 Physician",
    ];

    [Test]
    public void Slots_sort_by_date_time_hospital_and_type()
    {
        var slots = InOrder.Select(SlotOf).ToList();
        Assert.That(slots.AsEnumerable().Reverse().Order(), Is.EqualTo(slots));
        for (var i = 0; i < slots.Count; i++)
        {
            for (var j = 0; j < slots.Count; j++)
            {
                Assert.That(slots[i] < slots[j], Is.EqualTo(i < j));
                Assert.That(slots[i] <= slots[j], Is.EqualTo(i <= j));
                Assert.That(slots[i] > slots[j], Is.EqualTo(i > j));
                Assert.That(slots[i] >= slots[j], Is.EqualTo(i >= j));
                Assert.That(Math.Sign(slots[i].Id.CompareTo(slots[j].Id)), Is.EqualTo(slots[i].Id == slots[j].Id ? 0 : i.CompareTo(j)));
            }
        }
    }

    [Test]
    public void Buckets_sort_by_hospital_and_then_date()
    {
        BucketKey[] inOrder =
        [
            new(Hospital.MTL, new DateOnly(2024, 12, 31)), new(Hospital.MTL, new DateOnly(2025, 2, 1)),
            new(Hospital.QUE, new DateOnly(2000, 1, 1)), new(Hospital.SHE, new DateOnly(2000, 1, 1)),
            new(Hospital.SHE, new DateOnly(2099, 12, 31)),
        ];
        Assert.That(inOrder.Reverse().Order(), Is.EqualTo(inOrder));
    }

    [Test]
    public void Patients_sort_by_home_and_then_number()
    {
        PatientId[] inOrder = [new(Hospital.MTL, 2), new(Hospital.MTL, 10), new(Hospital.QUE, 1), new(Hospital.SHE, 0)];
        Assert.That(inOrder.Reverse().Order(), Is.EqualTo(inOrder));
    }

    private static Slot SlotOf(string text)
    {
        var words = text.Split(' ');
        Assert.That(AppointmentId.TryParse(words[0], out var id), Is.True);
        return new Slot(id, Enum.Parse<AppointmentType>(words[1]));
    }
}
