namespace Dams.Hosting.Processes;

/// <summary>
/// Notices the end of the process that has started this one. Only that process holds the other end of this process's standard input. So
/// the input ends with that process, however that process ends.
/// </summary>
public static class ParentWatch
{
    /// <summary>Begins to watch.</summary>
    /// <param name="ended">
    /// Called once when the input ends, by a thread of its own. The argument is the error that broke the input, or null if there was none.
    /// </param>
    public static void Start(Action<IOException?> ended) =>
        new Thread(() => Watch(ended)) { IsBackground = true, Name = "parent watch" }.Start();

    private static void Watch(Action<IOException?> ended)
    {
        using var input = Console.OpenStandardInput();
        var nothing = new byte[64];
        try
        {
            while (input.Read(nothing) > 0)
            {
            }
        }
        catch (IOException broken)
        {
            ended(broken);
            return;
        }

        ended(null);
    }
}
