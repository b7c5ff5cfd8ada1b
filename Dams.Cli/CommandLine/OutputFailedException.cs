namespace Dams.Cli.CommandLine;

/// <summary>
/// Standard output takes nothing more. Not an <see cref="IOException"/>: commands catch those of their own files and connections.
/// </summary>
internal sealed class OutputFailedException(Exception cause) : Exception($"standard output can't be written: {cause.Message}", cause)
{
    private const int BrokenPipe = 32;

    /// <summary>Whether the reader of a pipe has gone, as <c>head</c> does when it has seen enough: nothing is wrong then.</summary>
    public bool IsReaderGone { get; } = cause.HResult == BrokenPipe;
}
