using System.IO.MemoryMappedFiles;

namespace Dams.Ordering.Storage;

/// <summary>A file of one sector that is mapped into memory: a note in it costs a store and survives the process, because the page is the kernel's.</summary>
internal static class MappedSector
{
    /// <summary>Its size, in bytes: a disk writes a sector whole or not at all.</summary>
    public const int Size = 512;

    /// <summary>Opens one, or makes it full of zeros; one that a crash left empty when it was made counts as not made.</summary>
    /// <returns>The file, and its length if that is a wrong one: then there is no file.</returns>
    /// <exception cref="IOException">The disk refused.</exception>
    public static (MemoryMappedFile? File, long WrongLength) Open(string path)
    {
        var length = File.Exists(path) ? new FileInfo(path).Length : 0;
        if (length is not (0 or Size))
            return (null, length);
        // Written first: a page of a hole for which the disk has no room kills the process, where a write is an error that can be told.
        if (length == 0)
            File.WriteAllBytes(path, new byte[Size]);
        return (MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, Size), 0);
    }

    /// <summary>
    /// Closes one. A disk that takes nothing any more has been told of by then; closing must not hide that behind a failure of its own.
    /// </summary>
    public static void Close(MemoryMappedFile file, MemoryMappedViewAccessor view)
    {
        try
        {
            // Writes the page, too.
            view.Dispose();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            view.SafeMemoryMappedViewHandle.Dispose();
        }

        file.Dispose();
    }
}
