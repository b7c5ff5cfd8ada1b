namespace Dams.Lab;

/// <summary>The kinds of lies. The set of kinds is part of the tests' design. The command line has a word for each kind.</summary>
public enum LieKind
{
    /// <summary>The outcome of a write is wrong.</summary>
    Outcome = 0,

    /// <summary>The outcome is right, but another field of the reply is wrong, such as a list's places.</summary>
    Field = 1,

    /// <summary>The reply is computed from the state as it was when the lie began.</summary>
    Stale = 2,

    /// <summary>The reply is wrong, and is sent after the others' replies.</summary>
    Late = 3,

    /// <summary>The replies are right, but the digest of the state is wrong.</summary>
    State = 4,

    /// <summary>The front end gets a wrong reply. A process that asks for the reply later gets the right one.</summary>
    TwoFaced = 5,

    /// <summary>The reply to a write is right, but is sent under numbers that are made up.</summary>
    Number = 6,
}
