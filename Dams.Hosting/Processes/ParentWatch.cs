namespace Dams.Hosting.Processes;

/// <summary>
/// Notices the end of the process that has started this one: by the end of standard input, whose other end only that process holds. It works however that
/// process ends.
/// </summary>
public static class ParentWatch
{
    /// <summary>Begins to watch.</summary>
    /// <param name="ended">Called once, by a thread of its own; with what broke the input, if that is how it ended.</param>
    public static void Start(Action<IOException?> ended) => new Thread(() => Watch(ended)) { IsBackground = true, Name = "parent watch" }.Start();

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
