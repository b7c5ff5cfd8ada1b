namespace Dams.Ordering;

/// <summary>The kind of an entry. The numeric values are used on the wire and on disk.</summary>
public enum EntryKind : byte
{
    /// <summary>A request for the application.</summary>
    Operation = 1,

    /// <summary>An entry without effect. No sequencer orders one, but members accept it, so its number stays taken.</summary>
    Noop = 2,

    /// <summary>A new incarnation of a member begins to catch up.</summary>
    Join = 3,

    /// <summary>A joiner has caught up: it votes from here on.</summary>
    Activate = 4,

    /// <summary>An incarnation leaves for ever.</summary>
    Leave = 5,

    /// <summary>Passes over a poison entry: an entry that kills the process that executes it.</summary>
    Skip = 6,
}
