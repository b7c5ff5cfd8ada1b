namespace Dams.Hosting;

/// <summary>What the processes of the cluster end with; those above 63 are the ones of <c>sysexits.h</c>.</summary>
public static class ExitCodes
{
    /// <summary>It was told to stop, and has stopped in order.</summary>
    public const int Stopped = 0;

    /// <summary>The command line or the configuration is wrong; what, stands on standard error. Starting it again does not help.</summary>
    public const int Configuration = 2;

    /// <summary>A port that it needs is in use, or its address is not of this machine.</summary>
    public const int PortInUse = 69;

    /// <summary>A programmer's error, or it did not stop in time: the log has it.</summary>
    public const int Internal = 70;

    /// <summary>The disk is full or refuses, or what stands on it is damaged: the log and standard error say where and what to do.</summary>
    public const int DiskRefused = 74;

    /// <summary>The same process already runs on the same folder.</summary>
    public const int AlreadyRunning = 75;

    /// <summary>A replica whose incarnation was ordered out of the group.</summary>
    public const int OrderedOut = 76;
}
