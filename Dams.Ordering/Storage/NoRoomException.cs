namespace Dams.Ordering.Storage;

/// <summary>The disk has no room for a file.</summary>
/// <param name="folder">The folder of the file.</param>
/// <param name="neededBytes">How long the file would be, in bytes.</param>
/// <param name="what">The file, as a noun phrase.</param>
public sealed class NoRoomException(string folder, long neededBytes, string what)
    : IOException($"The disk of {folder} has no room for {what} of {DiskRoom.Text(neededBytes)}: {DiskRoom.FreeAt(folder)}. Make room.");
