using Dams.Contracts.Domain;

namespace Dams.Replica.Versions.Relational;

/// <summary>
/// The schema and the rules. Days are ISO 8601 text, which sorts as dates do; hospitals, times of day and types are their canonical numbers; a patient is
/// home * 10,000 + number. <c>date(day, 'weekday 0')</c> is the Sunday that ends a day's week, across the new year too.
/// </summary>
internal static class Sql
{
    /// <summary>
    /// The constraints say a second time what the queries ask first, so that a mistake in them fails loudly and changes nothing.
    /// Rows of bookings are numbered in the order in which they come: that is the booking order.
    /// </summary>
    public const string Schema = Tables + HolderIndex + TakenTrigger;

    /// <summary>Before many rows are loaded: what would be kept up row by row is made at once afterwards, by <see cref="EndLoad"/>.</summary>
    public const string BeginLoad = Clear + "DROP INDEX booking_of_slot; DROP TRIGGER place_taken;";

    /// <summary>After the load. The constraint on places holds for what was counted, too.</summary>
    public const string EndLoad = HolderIndex + TakenTrigger +
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
            number   INTEGER PRIMARY KEY,
            patient  INTEGER NOT NULL,
            day      TEXT    NOT NULL,
            time     INTEGER NOT NULL,
            hospital INTEGER NOT NULL,
            type     INTEGER NOT NULL,
            UNIQUE (patient, day, time),
            UNIQUE (patient, day, type),
            FOREIGN KEY (type, hospital, day, time) REFERENCES slot (type, hospital, day, time));
        CREATE TRIGGER place_released AFTER DELETE ON booking BEGIN
            UPDATE slot SET taken = taken - 1 WHERE type = old.type AND hospital = old.hospital AND day = old.day AND time = old.time;
        END;

        """;

    /// <summary>Holders are read from it alone, in booking order.</summary>
    private const string HolderIndex =
        """
        CREATE INDEX booking_of_slot ON booking (type, hospital, day, time, number, patient);

        """;

    private const string TakenTrigger =
        """
        CREATE TRIGGER place_taken AFTER INSERT ON booking BEGIN
            UPDATE slot SET taken = taken + 1 WHERE type = new.type AND hospital = new.hospital AND day = new.day AND time = new.time;
        END;

        """;

    public const string OpenSlot = "INSERT INTO slot (type, hospital, day, time, capacity) VALUES ($type, $hospital, $day, $time, $capacity)";

    public const string CloseSlot = "DELETE FROM slot WHERE " + ThisSlot;

    public const string SlotExists = "SELECT EXISTS (SELECT 1 FROM slot WHERE " + ThisSlot + ")";

    public const string Book = "INSERT INTO booking (patient, day, time, hospital, type) VALUES ($patient, $day, $time, $hospital, $type)";

    public const string Release = "DELETE FROM booking WHERE patient = $patient AND day = $day AND time = $time AND hospital = $hospital AND type = $type";

    /// <summary>The checks of booking, in their order; gives a <see cref="BookOutcome"/>.</summary>
    public const string Judge =
        $"""
        SELECT CASE
            WHEN NOT EXISTS (SELECT 1 FROM slot WHERE {ThisSlot})
                THEN 1 -- NotFound
            WHEN EXISTS (SELECT 1 FROM booking WHERE patient = $patient AND day = $day AND time = $time AND hospital = $hospital AND type = $type)
                THEN 2 -- AlreadyBooked
            WHEN EXISTS (SELECT 1 FROM booking WHERE patient = $patient AND day = $day AND time = $time)
                THEN 3 -- TimeConflict
            WHEN EXISTS (SELECT 1 FROM booking WHERE patient = $patient AND day = $day AND type = $type)
                THEN 4 -- SameTypeSameDay
            WHEN (SELECT taken = capacity FROM slot WHERE {ThisSlot})
                THEN 5 -- Full
            WHEN $hospital <> $home AND 3 <= (
                SELECT count(*) FROM booking
                WHERE patient = $patient AND hospital <> $home AND day BETWEEN date($day, 'weekday 0', '-6 days') AND date($day, 'weekday 0'))
                THEN 6 -- WeeklyLimit
            ELSE 0 -- Booked
        END
        """;

    /// <summary>
    /// The first later slot of the same hospital and type that the patient may book. One that the patient holds already is at the time of a booking, too.
    /// </summary>
    public const string FirstOffer =
        """
        SELECT offer.day, offer.time FROM slot AS offer
        WHERE offer.type = $type AND offer.hospital = $hospital AND (offer.day, offer.time) > ($day, $time)
            AND offer.taken < offer.capacity
            AND NOT EXISTS (
                SELECT 1 FROM booking WHERE patient = $patient AND booking.day = offer.day AND (booking.time = offer.time OR booking.type = offer.type))
            AND ($hospital = $home OR 3 > (
                SELECT count(*) FROM booking
                WHERE patient = $patient AND hospital <> $home
                    AND booking.day BETWEEN date(offer.day, 'weekday 0', '-6 days') AND date(offer.day, 'weekday 0')))
        ORDER BY offer.day, offer.time LIMIT 1
        """;

    public const string Holders = "SELECT patient FROM booking WHERE " + ThisSlot + " ORDER BY number";

    public const string TypeHeldAt = "SELECT type FROM booking WHERE patient = $patient AND day = $day AND time = $time AND hospital = $hospital";

    public const string Schedule = "SELECT type, hospital, day, time FROM booking WHERE patient = $patient ORDER BY day, time, hospital, type";

    public const string Availability = "SELECT type, hospital, day, time, capacity, capacity - taken FROM slot WHERE type = $type ORDER BY hospital, day, time";

    public const string SlotsOfBucket =
        "SELECT type, hospital, day, time, capacity FROM slot WHERE type IN (0, 1, 2) AND hospital = $hospital AND day = $day ORDER BY time, type";

    public const string BucketKeys = "SELECT DISTINCT hospital, day FROM slot ORDER BY hospital, day";

    private const string Clear = "DELETE FROM booking; DELETE FROM slot;";

    private const string ThisSlot = "type = $type AND hospital = $hospital AND day = $day AND time = $time";
}
