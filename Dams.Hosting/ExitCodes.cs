namespace Dams.Hosting;

/// <summary>The exit codes of the cluster's processes. Codes above 63 are those of <c>sysexits.h</c>.</summary>
public static class ExitCodes
{
    /// <summary>The process was asked to stop, and has stopped in an orderly way.</summary>
    public const int Stopped = 0;

    /// <summary>The command line or the configuration is wrong; standard error says where. A restart does not help.</summary>
    public const int Configuration = 2;

    /// <summary>A port of the process is in use, or its address does not belong to this machine.</summary>
    public const int PortInUse = 69;

    /// <summary>A programming error, or the process did not stop in time. The log has the details.</summary>
    public const int Internal = 70;

    /// <summary>
    /// The disk reports an error or has lost data, for example because it is full, read-only or failing. The log says what is wrong.
    /// </summary>
    public const int Storage = 74;

    /// <summary>The same process already runs on the same folder, or a foreign process has locked the folder.</summary>
    public const int AlreadyRunning = 75;

    /// <summary>The replica's incarnation was ordered out of the group.</summary>
    public const int OrderedOut = 76;
}
