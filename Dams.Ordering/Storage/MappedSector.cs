using System.IO.MemoryMappedFiles;

namespace Dams.Ordering.Storage;

/// <summary>
/// A file of one sector that is mapped into memory. A note in it costs one store and survives the process, because the
/// page belongs to the kernel.
/// </summary>
internal static class MappedSector
{
    /// <summary>The size of the file, in bytes. A disk writes a sector whole or not at all.</summary>
    public const int Size = 512;

    /// <summary>
    /// Opens the file, or makes it full of zeros. A file that a crash left empty when it was made counts as not made.
    /// </summary>
    /// <returns>The file; if its length is wrong, that length and no file.</returns>
    /// <exception cref="IOException">A disk operation failed.</exception>
    public static (MemoryMappedFile? File, long WrongLength) Open(string path)
    {
        var length = File.Exists(path) ? new FileInfo(path).Length : 0;
        if (length is not (0 or Size))
            return (null, length);
        // The zeros are written first. Otherwise a page without room on the disk would kill the process; a failed write is an
        // error that can be reported.
        if (length == 0)
            File.WriteAllBytes(path, new byte[Size]);
        return (MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, Size), 0);
    }

    /// <summary>
    /// Closes a file. The failure of a disk has been reported by then; closing must not hide that behind a failure of
    /// its own.
    /// </summary>
    public static void Close(MemoryMappedFile file, MemoryMappedViewAccessor view)
    {
        try
        {
            // This writes the page, too.
            view.Dispose();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            view.SafeMemoryMappedViewHandle.Dispose();
        }

        file.Dispose();
    }
}
