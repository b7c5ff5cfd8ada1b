namespace Dams.Hosting;

/// <summary>What to tell a person of a disk that refuses: the system's words, and what to do.</summary>
public static class StorageProblem
{
    // errno of Linux and macOS, and the codes of Windows, as the runtime puts them into an IOException.
    private static readonly int[] s_full = [28, OperatingSystem.IsMacOS() ? 69 : 122, unchecked((int)0x80070070)];
    private static readonly int[] s_readOnly = [30, unchecked((int)0x80070013)];

    /// <summary>One line. The cause may be wrapped.</summary>
    public static string TextOf(Exception problem)
    {
        for (var cause = problem; cause is not null; cause = cause.InnerException)
        {
            if (cause is IOException && s_full.Contains(cause.HResult))
                return $"{problem.Message}. Make room on that disk, and start again.";
            if (cause is IOException && s_readOnly.Contains(cause.HResult))
                return $"{problem.Message}. Make that disk writable, or choose another data folder.";
        }

        return problem.Message;
    }
}
