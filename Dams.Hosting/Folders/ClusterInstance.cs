using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Dams.Hosting.Folders;

/// <summary>
/// The identity of a cluster: 128 bits, which are random in a cluster of one machine. A copy of a data folder keeps the cluster's name, but never the instance. The keys that
/// seal datagrams are derived with it (<see cref="Ordering.Transport.KeyRing.For"/>).
/// </summary>
/// <param name="Value">The bits. 0 means that there is no instance, as in tests of single parts.</param>
public readonly record struct ClusterInstance(UInt128 Value)
{
    private const int Size = 16;

    /// <summary>Makes a random instance.</summary>
    public static ClusterInstance New() => new(BinaryPrimitives.ReadUInt128BigEndian(RandomNumberGenerator.GetBytes(Size)));

    /// <summary>
    /// The instance of a cluster of several hosts. Each host has a data folder of its own, and all must have the same instance, so it
    /// follows from the cluster's name. The key tells apart clusters of the same name.
    /// </summary>
    public static ClusterInstance OfHosts(string cluster) =>
        new(BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes("dams cluster of hosts " + cluster))));

    /// <summary>Reads 32 hexadecimal digits.</summary>
    public static bool TryParse(string? text, out ClusterInstance instance)
    {
        var isRight = UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            && text!.Length == 2 * Size && value != 0;
        instance = new ClusterInstance(isRight ? value : 0);
        return isRight;
    }

    /// <summary>The 16 bytes that are the salt of the keys.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);
        return bytes;
    }

    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}
