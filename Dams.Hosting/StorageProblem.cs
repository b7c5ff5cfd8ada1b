using Dams.Ordering.Storage;

namespace Dams.Hosting;

/// <summary>The message for people about a storage problem: the system's words, and what to do.</summary>
public static class StorageProblem
{
    // EROFS, and ERROR_WRITE_PROTECT of Windows, as the runtime puts them into an IOException.
    private static readonly int[] s_readOnly = [30, unchecked((int)0x80070013)];

    /// <summary>The message in one line. The cause may be an exception that <paramref name="problem"/> wraps.</summary>
    public static string TextOf(Exception problem)
    {
        if (DiskRoom.IsCauseOf(problem))
            return $"{problem.Message}. Make room on that disk, and start again.";
        for (var cause = problem; cause is not null; cause = cause.InnerException)
        {
            if (cause is IOException && s_readOnly.Contains(cause.HResult))
                return $"{problem.Message}. Make that disk writable, or choose another data folder.";
        }

        return problem.Message;
    }
}
