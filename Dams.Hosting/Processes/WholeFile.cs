using Dams.Ordering.Storage;

namespace Dams.Hosting.Processes;

/// <summary>Small text files that other processes read, and that a full disk or a kill must not leave half written. Any thread; one writer at a time.</summary>
public static class WholeFile
{
    /// <summary>Writes the text aside and moves it: who reads the file sees all of it or what was there before.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">What it shall hold; if it does already, nothing is written.</param>
    /// <param name="isDurable">Whether it is flushed, and so whole after a power cut, too.</param>
    /// <exception cref="IOException">The disk refused; the file is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The file can't be written; it is as it was.</exception>
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
