using Dams.Ordering.Storage;

namespace Dams.Hosting.Processes;

/// <summary>
/// Writes small text files that other processes read. Neither a full disk nor a kill leaves them half written. Any thread; one writer at a
/// time.
/// </summary>
public static class WholeFile
{
    /// <summary>Writes the text to a temporary file and moves it into place. A reader sees the whole new text, or the old one.</summary>
    /// <param name="path">The file to replace.</param>
    /// <param name="text">The new text. If the file has this text already, nothing is written.</param>
    /// <param name="isDurable">Whether the file is flushed, so that it is whole after a power cut, too.</param>
    /// <exception cref="IOException">The disk reports an error. The file is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">The file can't be written. It is unchanged.</exception>
    public static void Write(string path, string text, bool isDurable = false)
    {
        if (File.Exists(path) && File.ReadAllText(path) == text)
            return;
        var aside = path + ".new";
        File.WriteAllText(aside, text);
        if (isDurable)
        {
            using var written = File.OpenHandle(aside, access: FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(written);
        }

        File.Move(aside, path, overwrite: true);
        if (isDurable)
            DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}
