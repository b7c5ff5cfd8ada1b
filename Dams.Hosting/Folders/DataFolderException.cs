namespace Dams.Hosting.Folders;

/// <summary>
/// A data folder can't be used as the configuration says; nothing was changed. The message has a line for each problem, and what to do.
/// </summary>
public sealed class DataFolderException : Exception
{
    /// <summary>What is wrong, where, and what to do.</summary>
    public DataFolderException(params IEnumerable<string> lines)
        : base(string.Join('\n', lines))
    {
    }
}
