namespace Dams.Cli.CommandLine;

/// <summary>
/// Standard output can't be written any more. This is not an <see cref="IOException"/>, because commands catch those for their own files
/// and connections.
/// </summary>
internal sealed class OutputFailedException(Exception cause) : Exception($"standard output can't be written: {cause.Message}", cause)
{
    private const int BrokenPipe = 32;

    /// <summary>Whether the reader of a pipe is gone, as <c>head</c> is when it has seen enough. That is not an error.</summary>
    public bool IsReaderGone { get; } = cause.HResult == BrokenPipe;
}
