namespace Dams.Cli;

/// <summary>The exit codes of the tool. Scripts rely on them.</summary>
internal static class CliExitCodes
{
    /// <summary>Done, with the outcome that was asked for.</summary>
    public const int Success = 0;

    /// <summary>The service answered, with another outcome.</summary>
    public const int OtherOutcome = 1;

    /// <summary>The command line, the configuration or a field of the request is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The service answered with any other fault.</summary>
    public const int Fault = 3;

    /// <summary>There was no usable answer. From <c>up</c>: the cluster did not come up.</summary>
    public const int Unreachable = 4;

    /// <summary>A defect of the tool.</summary>
    public const int Internal = 70;

    /// <summary>
    /// Standard output can't be written; <c>sysexits.h</c> has the same number. The command may have had its effect all the same.
    /// </summary>
    public const int Output = 74;

    /// <summary>
    /// A signal ended the tool: the exit code is this plus the number of the signal, as in shells. It is 130 for Ctrl-C, 141 for a pipe
    /// whose reader is gone, and 143 for SIGTERM.
    /// </summary>
    public const int SignalBase = 128;
}
