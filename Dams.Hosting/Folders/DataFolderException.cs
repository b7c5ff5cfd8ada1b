namespace Dams.Hosting.Folders;

/// <summary>
/// A data folder can't be used as the configuration says. Nothing was changed. The message has a line for each problem, and says what
/// to do.
/// </summary>
public sealed class DataFolderException : Exception
{
    /// <summary>The lines say what is wrong, where, and what to do.</summary>
    public DataFolderException(params IEnumerable<string> lines)
        : base(string.Join('\n', lines))
    {
    }
}
