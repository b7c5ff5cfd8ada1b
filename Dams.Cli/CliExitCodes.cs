namespace Dams.Cli;

/// <summary>What the tool ends with. Scripts rely on these.</summary>
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

    /// <summary>No answer was to be had; from <c>up</c>: the cluster did not come up.</summary>
    public const int Unreachable = 4;

    /// <summary>A defect of the tool.</summary>
    public const int Internal = 70;

    /// <summary>Standard output can't be written, as <c>sysexits.h</c> has it: what was asked for may be done all the same.</summary>
    public const int Output = 74;

    /// <summary>
    /// Ended by a signal: 128 and its number, as shells have it (130 for Ctrl-C, 141 for a pipe whose reader is gone, 143 for SIGTERM).
    /// </summary>
    public const int SignalBase = 128;
}
