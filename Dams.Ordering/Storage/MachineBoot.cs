namespace Dams.Ordering.Storage;

/// <summary>
/// Tells whether the machine was started again. Data in the kernel's memory survives its process, but not a restart of
/// the machine.
/// </summary>
public static class MachineBoot
{
    private const string Linux = "/proc/sys/kernel/random/boot_id";

    /// <summary>
    /// An id that is the same for all processes between two starts of the machine. Zero if the system has no such id;
    /// each start of a process then counts as a new start of the machine.
    /// </summary>
    public static UInt128 Id
    {
        get
        {
            if (!OperatingSystem.IsLinux() || !File.Exists(Linux) || !Guid.TryParse(File.ReadAllText(Linux), out var id))
                return UInt128.Zero;
            Span<byte> bytes = stackalloc byte[16];
            id.TryWriteBytes(bytes);
            return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(bytes);
        }
    }
}
