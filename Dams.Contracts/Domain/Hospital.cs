namespace Dams.Contracts.Domain;

/// <summary>The three hospitals, in the order in which they sort everywhere. The numbers are part of the canonical encoding.</summary>
public enum Hospital : byte
{
    /// <summary>Montreal.</summary>
    MTL = 0,

    /// <summary>Quebec.</summary>
    QUE = 1,

    /// <summary>Sherbrooke.</summary>
    SHE = 2,
}
