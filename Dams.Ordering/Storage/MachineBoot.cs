namespace Dams.Ordering.Storage;

/// <summary>Tells whether the machine was started since: what a process has in the kernel's memory outlives it, but not the machine.</summary>
public static class MachineBoot
{
    private const string Linux = "/proc/sys/kernel/random/boot_id";

    /// <summary>The same for all processes between two starts of the machine; zero where no such thing is known, which is taken for a new start each time.</summary>
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
