using System.Globalization;
using System.Text.Json;
using Dams.Contracts.Domain;
using Dams.Replica.Engines;
using Microsoft.Data.Sqlite;

namespace Dams.Replica.Versions.Relational;

/// <summary>The tables, and the statements over them in the words of the domain.</summary>
internal sealed class Database : IDisposable
{
    private const int PatientsPerHome = 10_000;
    private const string DayFormat = "yyyy-MM-dd";

    private readonly SqliteConnection _connection = new("Data Source=:memory:;Pooling=False");
    private readonly List<Statement> _statements = [];
    private readonly Statement _openSlot, _closeSlot, _slotExists, _book, _bookAll, _release, _judge, _firstOffer, _holders;
    private readonly Statement _typeHeldAt, _schedule, _availability, _slotsOfBucket, _bucketKeys, _begin, _commit, _rollback;

    public Database()
    {
        _connection.Open();
        Run(Sql.Schema);
        _openSlot = Prepare(Sql.OpenSlot, "$type", "$hospital", "$day", "$time", "$capacity");
        _closeSlot = Prepare(Sql.CloseSlot, "$type", "$hospital", "$day", "$time");
        _slotExists = Prepare(Sql.SlotExists, "$type", "$hospital", "$day", "$time");
        _book = Prepare(Sql.Book, "$type", "$hospital", "$day", "$time", "$patient");
        _bookAll = Prepare(Sql.BookAll, "$type", "$hospital", "$day", "$time", "$patients");
        _release = Prepare(Sql.Release, "$type", "$hospital", "$day", "$time", "$patient");
        _judge = Prepare(Sql.Judge, "$type", "$hospital", "$day", "$time", "$patient", "$home");
        _firstOffer = Prepare(Sql.FirstOffer, "$type", "$hospital", "$day", "$time", "$patient", "$home");
        _holders = Prepare(Sql.Holders, "$type", "$hospital", "$day", "$time");
        _typeHeldAt = Prepare(Sql.TypeHeldAt, "$patient", "$hospital", "$day", "$time");
        _schedule = Prepare(Sql.Schedule, "$patient");
        _availability = Prepare(Sql.Availability, "$type");
        _slotsOfBucket = Prepare(Sql.SlotsOfBucket, "$hospital", "$day");
        _bucketKeys = Prepare(Sql.BucketKeys);
        _begin = Prepare("BEGIN");
        _commit = Prepare("COMMIT");
        _rollback = Prepare("ROLLBACK");
    }

    public void Open(Slot slot, int capacity) =>
        _openSlot.Change((int)slot.Type, (int)slot.Id.Hospital, DayText(slot.Id.Date), (int)slot.Id.Time, capacity);

    public void Close(Slot slot) => _closeSlot.Change((int)slot.Type, (int)slot.Id.Hospital, DayText(slot.Id.Date), (int)slot.Id.Time);

    public bool Exists(Slot slot) =>
        _slotExists.Number((int)slot.Type, (int)slot.Id.Hospital, DayText(slot.Id.Date), (int)slot.Id.Time) == 1;

    public void Book(PatientId patient, Slot slot) =>
        _book.Change((int)slot.Type, (int)slot.Id.Hospital, DayText(slot.Id.Date), (int)slot.Id.Time, NumberOf(patient));

    /// <summary>
    /// Books a slot for many patients, in their order. Uses one statement, since a million single
    /// bookings would take seconds.
    /// </summary>
    public void Book(IEnumerable<PatientId> patients, Slot slot) => _bookAll.Change(
        (int)slot.Type, (int)slot.Id.Hospital, DayText(slot.Id.Date), (int)slot.Id.Time,
        JsonSerializer.Serialize(patients.Select(NumberOf)));

    /// <summary>Releases a booking; false if there was none.</summary>
    public bool Release(PatientId patient, Slot slot) =>
        _release.Change((int)slot.Type, (int)slot.Id.Hospital, DayText(slot.Id.Date), (int)slot.Id.Time, NumberOf(patient)) == 1;

    public BookOutcome Judge(PatientId patient, Slot slot) => (BookOutcome)_judge.Number(
        (int)slot.Type, (int)slot.Id.Hospital, DayText(slot.Id.Date), (int)slot.Id.Time, NumberOf(patient), (int)patient.Home)!.Value;

    public Slot? FirstOffer(PatientId patient, Slot removed)
    {
        var offers = _firstOffer.Rows(
            row => new AppointmentId(removed.Id.Hospital, DayOf(row.GetString(0)), (TimeOfDay)row.GetInt32(1)),
            (int)removed.Type, (int)removed.Id.Hospital, DayText(removed.Id.Date), (int)removed.Id.Time,
            NumberOf(patient), (int)patient.Home);
        return offers is [var id] ? new Slot(id, removed.Type) : null;
    }

    public List<PatientId> Holders(Slot slot) => _holders.Rows(
        row => PatientOf(row.GetInt32(0)), (int)slot.Type, (int)slot.Id.Hospital, DayText(slot.Id.Date), (int)slot.Id.Time);

    public AppointmentType? TypeHeldAt(PatientId patient, AppointmentId id) =>
        (AppointmentType?)_typeHeldAt.Number(NumberOf(patient), (int)id.Hospital, DayText(id.Date), (int)id.Time);

    public List<Slot> Schedule(PatientId patient) => _schedule.Rows(SlotOf, NumberOf(patient));

    public List<SlotAvailability> Availability(AppointmentType type) =>
        _availability.Rows(row => new SlotAvailability(SlotOf(row), row.GetInt32(4), row.GetInt32(5)), (int)type);

    public List<(Slot Slot, int Capacity)> SlotsOf(BucketKey key) =>
        _slotsOfBucket.Rows(row => (SlotOf(row), row.GetInt32(4)), (int)key.Hospital, DayText(key.Date));

    public List<BucketKey> BucketKeys() => _bucketKeys.Rows(row => new BucketKey((Hospital)row.GetInt32(0), DayOf(row.GetString(1))));

    /// <summary>
    /// Replaces everything by what <paramref name="work"/> opens and books, which must obey the rules. If anything
    /// is thrown, nothing changes.
    /// </summary>
    public void Load(Action work) => InTransaction(() =>
    {
        Run(Sql.BeginLoad);
        work();
        Run(Sql.EndLoad);
    });

    private void Run(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Does all of the work. If anything is thrown, nothing changes.</summary>
    public void InTransaction(Action work)
    {
        _begin.Change();
        try
        {
            work();
        }
        catch
        {
            _rollback.Change();
            throw;
        }

        _commit.Change();
    }

    /// <summary>Does the work, undoes it, and returns its result.</summary>
    public T Rehearse<T>(Func<T> work)
    {
        _begin.Change();
        try
        {
            return work();
        }
        finally
        {
            _rollback.Change();
        }
    }

    public void Dispose()
    {
        foreach (var statement in _statements)
            statement.Dispose();
        _connection.Dispose();
    }

    private Statement Prepare(string sql, params ReadOnlySpan<string> parameters)
    {
        var statement = new Statement(_connection, sql, parameters);
        _statements.Add(statement);
        return statement;
    }

    private static Slot SlotOf(SqliteDataReader row) => new(
        new AppointmentId((Hospital)row.GetInt32(1), DayOf(row.GetString(2)), (TimeOfDay)row.GetInt32(3)),
        (AppointmentType)row.GetInt32(0));

    private static string DayText(DateOnly day) => day.ToString(DayFormat, CultureInfo.InvariantCulture);

    private static DateOnly DayOf(string text) => DateOnly.ParseExact(text, DayFormat, CultureInfo.InvariantCulture);

    private static int NumberOf(PatientId patient) => (int)patient.Home * PatientsPerHome + patient.Number;

    private static PatientId PatientOf(int number) => new((Hospital)(number / PatientsPerHome), (ushort)(number % PatientsPerHome));
}
