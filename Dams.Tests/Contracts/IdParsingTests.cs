using System.Globalization;
using Dams.Contracts.Domain;

namespace Dams.Tests.Contracts;

/// <summary>Only the canonical text is an id. Text that people write is made canonical before it gets here.</summary>
public sealed class IdParsingTests
{
    private static readonly string[] NotAppointmentIds =
    [
        "", " ", "MTL", "MTLM", "MTLM01012", "MTLM0101255", // too short, too long
        " MTLM010125", "MTLM010125 ", "MTLM010125\n", "MTLM 10125", "MTLM01 125", // white space
        "mtlm010125", "MTLm010125", "MtlM010125", // letter case
        "XXXM010125", "MLTM010125", "QUBM010125", "000M010125", // hospital
        "MTLX010125", "MTLP010125", "MTL0010125", "MTL_010125", // time of day
        "MTLM01012X", "MTLMX10125", "MTLM-10125", "MTLM+10125", "MTLM01.125", "MTLM0x0125", // digits
        "MTLM01012٥", "MTLM０１０１２５", "MTLM²10125", "MТLM010125", "ＭTLM010125", // digits and letters that look like ASCII
        "MTLM000125", "MTLM320125", "MTLM010025", "MTLM011325", "MTLM000000", "MTLM999999", // no such day or month
        "MTLM310222", "MTLM300224", "MTLM290223", "MTLM290225", // no such day of that month
        "MTLM310424", "MTLM310624", "MTLM310924", "MTLM311124", // no such day of that month
        "MTLM20250101", "MTLM2025-1-1", "010125MTLM",
    ];

    private static readonly string[] NotPatientIds =
    [
        "", "MTLP", "MTLP123", "MTLP12345", "mtlp1234", "MTLp1234", "MTLA1234", "MTLX1234", "XYZP1234", "MTLP12 4", " MTLP1234",
        "MTLP1234 ",
        "MTLP-123", "MTLP+123", "MTLP12.4", "MTLP12a4", "MTLP123٤", "MTLP１２３４", "MTL 1234", "MTLPMTLP", "MTLP1234\0", "МTLP1234",
    ];

    [TestCaseSource(nameof(NotAppointmentIds))]
    public void An_invalid_text_is_no_appointment_id(string text)
    {
        Assert.That(AppointmentId.TryParse(text, out var id), Is.False);
        Assert.That(id, Is.EqualTo(default(AppointmentId)));
    }

    [TestCase("MTLM010125", Hospital.MTL, TimeOfDay.Morning, "2025-01-01")]
    [TestCase("QUEA311224", Hospital.QUE, TimeOfDay.Afternoon, "2024-12-31")]
    [TestCase("SHEE290224", Hospital.SHE, TimeOfDay.Evening, "2024-02-29")]
    [TestCase("SHEE290200", Hospital.SHE, TimeOfDay.Evening, "2000-02-29")]
    [TestCase("MTLM010100", Hospital.MTL, TimeOfDay.Morning, "2000-01-01")]
    [TestCase("MTLM311299", Hospital.MTL, TimeOfDay.Morning, "2099-12-31")]
    public void An_appointment_id_is_hospital_time_of_day_and_date(string text, Hospital hospital, TimeOfDay time, string date)
    {
        Assert.That(AppointmentId.TryParse(text, out var id), Is.True);
        Assert.That((id.Hospital, id.Time, id.Date), Is.EqualTo((hospital, time, DateOnly.Parse(date, CultureInfo.InvariantCulture))));
        Assert.That(id.ToString(), Is.EqualTo(text));
    }

    [Test]
    public void Every_real_date_gives_an_appointment_id_and_every_other_is_rejected()
    {
        var known = 0;
        for (var number = 0; number < 1_000_000; number++)
        {
            var text = $"MTLM{number:D6}";
            var isDate = DateOnly.TryParseExact(
                $"20{text[8..]}{text[6..8]}{text[4..6]}", "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date);
            if (AppointmentId.TryParse(text, out var id) != isDate || (isDate && (id.Date != date || id.ToString() != text)))
                Assert.Fail(text);
            known += isDate ? 1 : 0;
        }

        Assert.That(known, Is.EqualTo(36_525));
    }

    [Test]
    public void Null_is_no_id()
    {
        Assert.That(AppointmentId.TryParse(null, out _), Is.False);
        Assert.That(PatientId.TryParse(null, out _), Is.False);
        Assert.That(CallerId.TryParse(null, out _), Is.False);
    }

    [TestCaseSource(nameof(NotPatientIds))]
    public void An_invalid_text_is_no_patient_id(string text)
    {
        Assert.That(PatientId.TryParse(text, out var id), Is.False);
        Assert.That(id, Is.EqualTo(default(PatientId)));
    }

    [TestCaseSource(nameof(NotPatientIds))]
    public void An_invalid_patient_id_is_a_caller_only_if_it_is_an_admin_id(string text) =>
        Assert.That(CallerId.TryParse(text, out var caller), Is.EqualTo(text == "MTLA1234"), caller.ToString());

    [TestCase("MTLP0000", Hospital.MTL, 0)]
    [TestCase("QUEP0012", Hospital.QUE, 12)]
    [TestCase("SHEP9999", Hospital.SHE, 9999)]
    public void A_patient_id_is_home_and_number(string text, Hospital home, int number)
    {
        Assert.That(PatientId.TryParse(text, out var id), Is.True);
        Assert.That(id, Is.EqualTo(new PatientId(home, (ushort)number)));
        Assert.That(id.ToString(), Is.EqualTo(text));
        Assert.That(CallerId.TryParse(text, out var caller), Is.True);
        Assert.That(caller, Is.EqualTo(new CallerId(false, home, (ushort)number)));
        Assert.That(caller.AsPatient, Is.EqualTo(id));
        Assert.That(caller.ToString(), Is.EqualTo(text));
    }

    [TestCase("MTLA0000", Hospital.MTL, 0)]
    [TestCase("SHEA9999", Hospital.SHE, 9999)]
    public void An_admin_id_is_hospital_and_number(string text, Hospital hospital, int number)
    {
        Assert.That(CallerId.TryParse(text, out var caller), Is.True);
        Assert.That(caller, Is.EqualTo(new CallerId(true, hospital, (ushort)number)));
        Assert.That(caller.ToString(), Is.EqualTo(text));
    }
}
