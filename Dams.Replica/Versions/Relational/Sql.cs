using Dams.Contracts.Domain;

namespace Dams.Replica.Versions.Relational;

/// <summary>
/// The schema and the rules. Days are ISO 8601 text, which sorts as dates do. Hospitals, times of day and types are
/// their canonical numbers. A patient is home * 10,000 + number. <c>date(day, 'weekday 0')</c> is the Sunday that ends
/// a day's week, across the new year, too.
/// </summary>
internal static class Sql
{
    /// <summary>
    /// The constraints repeat what the queries check first, so that a mistake in a query fails loudly and changes
    /// nothing. The bookings of a slot are numbered as they come, which is the booking order. Bookings are stored in
    /// the order of snapshots, so that holders are read, and snapshots are loaded, from one end to the other.
    /// </summary>
    public const string Schema = Tables + Indexes + TakenTrigger;

    /// <summary>
    /// Runs before many rows are loaded. It drops what would be updated row by row, and
    /// <see cref="EndLoad"/> makes that again at once. An index over existing rows is sorted once, which is
    /// several times as fast as a million insertions.
    /// </summary>
    public const string BeginLoad =
        "DELETE FROM booking; DELETE FROM slot; DROP INDEX one_at_a_time; DROP INDEX one_type_a_day; DROP TRIGGER place_taken;";

    /// <summary>
    /// Runs after the load. The constraints hold for the loaded rows, too: no unique index can be made over rows that
    /// are not unique, and no more places can be taken than there are.
    /// </summary>
    public const string EndLoad = Indexes + TakenTrigger +
        """
        UPDATE slot SET taken = (
            SELECT count(*) FROM booking WHERE type = slot.type AND hospital = slot.hospital AND day = slot.day AND time = slot.time);
        """;

    private const string Tables =
        """
        PRAGMA foreign_keys = ON;
        PRAGMA temp_store = MEMORY;
        CREATE TABLE slot (
            type     INTEGER NOT NULL CHECK (type BETWEEN 0 AND 2),
            hospital INTEGER NOT NULL CHECK (hospital BETWEEN 0 AND 2),
            day      TEXT    NOT NULL,
            time     INTEGER NOT NULL CHECK (time BETWEEN 0 AND 2),
            capacity INTEGER NOT NULL CHECK (capacity BETWEEN 1 AND 1000000),
            taken    INTEGER NOT NULL DEFAULT 0 CHECK (taken BETWEEN 0 AND capacity),
            PRIMARY KEY (type, hospital, day, time)) WITHOUT ROWID;
        CREATE TABLE booking (
            hospital INTEGER NOT NULL,
            day      TEXT    NOT NULL,
            time     INTEGER NOT NULL,
            type     INTEGER NOT NULL,
            number   INTEGER NOT NULL,
            patient  INTEGER NOT NULL,
            PRIMARY KEY (hospital, day, time, type, number),
            FOREIGN KEY (type, hospital, day, time) REFERENCES slot (type, hospital, day, time)) WITHOUT ROWID;
        CREATE TRIGGER place_released AFTER DELETE ON booking BEGIN
            UPDATE slot SET taken = taken - 1 WHERE type = old.type AND hospital = old.hospital AND day = old.day AND time = old.time;
        END;

        """;

    /// <summary>The bookings that a patient can have only once. The indexes also lead from patients to their bookings.</summary>
    private const string Indexes =
        """
        CREATE UNIQUE INDEX one_at_a_time ON booking (patient, day, time);
        CREATE UNIQUE INDEX one_type_a_day ON booking (patient, day, type);

        """;

    private const string TakenTrigger =
        """
        CREATE TRIGGER place_taken AFTER INSERT ON booking BEGIN
            UPDATE slot SET taken = taken + 1 WHERE type = new.type AND hospital = new.hospital AND day = new.day AND time = new.time;
        END;

        """;

    public const string OpenSlot =
        "INSERT INTO slot (type, hospital, day, time, capacity) VALUES ($type, $hospital, $day, $time, $capacity)";

    public const string CloseSlot = "DELETE FROM slot WHERE " + ThisSlot;

    public const string SlotExists = "SELECT EXISTS (SELECT 1 FROM slot WHERE " + ThisSlot + ")";

    public const string Book =
        "INSERT INTO booking (hospital, day, time, type, number, patient) VALUES ($hospital, $day, $time, $type, "
        + "(SELECT 1 + coalesce(max(number), 0) FROM booking WHERE " + ThisSlot + "), $patient)";

    /// <summary>Books a slot for all patients of a JSON array, in its order. The slot must have no holders yet.</summary>
    public const string BookAll =
        "INSERT INTO booking (hospital, day, time, type, number, patient) "
        + "SELECT $hospital, $day, $time, $type, key + 1, value FROM json_each($patients)";

    public const string Release = "DELETE FROM booking WHERE " + ThisBooking;

    /// <summary>The checks of booking, in their order; gives a <see cref="BookOutcome"/>.</summary>
    public const string Judge =
        $"""
        SELECT CASE
            WHEN NOT EXISTS (SELECT 1 FROM slot WHERE {ThisSlot})
                THEN 1 -- NotFound
            WHEN EXISTS (SELECT 1 FROM booking WHERE {ThisBooking})
                THEN 2 -- AlreadyBooked
            WHEN EXISTS (SELECT 1 FROM booking WHERE patient = $patient AND day = $day AND time = $time)
                THEN 3 -- TimeConflict
            WHEN EXISTS (SELECT 1 FROM booking WHERE patient = $patient AND day = $day AND type = $type)
                THEN 4 -- SameTypeSameDay
            WHEN (SELECT taken = capacity FROM slot WHERE {ThisSlot})
                THEN 5 -- Full
            WHEN $hospital <> $home AND 3 <= (
                SELECT count(*) FROM booking
                WHERE patient = $patient AND hospital <> $home AND day BETWEEN {ThisMonday} AND date($day, 'weekday 0'))
                THEN 6 -- WeeklyLimit
            ELSE 0 -- Booked
        END
        """;

    /// <summary>
    /// The first later slot of the same hospital and type that the patient may book. A slot that the patient already
    /// holds is excluded, too, because it is at the time of a booking.
    /// </summary>
    public const string FirstOffer =
        $"""
        SELECT offer.day, offer.time FROM slot AS offer
        WHERE offer.type = $type AND offer.hospital = $hospital AND (offer.day, offer.time) > ($day, $time)
            AND offer.taken < offer.capacity
            AND NOT EXISTS (
                SELECT 1 FROM booking WHERE patient = $patient AND booking.day = offer.day AND ({IsInTheWay}))
            AND ($hospital = $home OR 3 > (
                SELECT count(*) FROM booking
                WHERE patient = $patient AND hospital <> $home
                    AND booking.day BETWEEN date(offer.day, 'weekday 0', '-6 days') AND date(offer.day, 'weekday 0')))
        ORDER BY offer.day, offer.time LIMIT 1
        """;

    public const string Holders = "SELECT patient FROM booking WHERE " + ThisSlot + " ORDER BY number";

    public const string TypeHeldAt =
        "SELECT type FROM booking WHERE patient = $patient AND day = $day AND time = $time AND hospital = $hospital";

    public const string Schedule =
        "SELECT type, hospital, day, time FROM booking WHERE patient = $patient ORDER BY day, time, hospital, type";

    public const string Availability =
        "SELECT type, hospital, day, time, capacity, capacity - taken FROM slot WHERE type = $type ORDER BY hospital, day, time";

    public const string SlotsOfBucket =
        "SELECT type, hospital, day, time, capacity FROM slot "
        + "WHERE type IN (0, 1, 2) AND hospital = $hospital AND day = $day ORDER BY time, type";

    public const string BucketKeys = "SELECT DISTINCT hospital, day FROM slot ORDER BY hospital, day";

    private const string ThisSlot = "type = $type AND hospital = $hospital AND day = $day AND time = $time";

    private const string ThisBooking = "patient = $patient AND day = $day AND time = $time AND hospital = $hospital AND type = $type";

    private const string ThisMonday = "date($day, 'weekday 0', '-6 days')";

    private const string IsInTheWay = "booking.time = offer.time OR booking.type = offer.type";
}
