using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Dams.Replica.State.Sessions;

/// <summary>Builds the digest of "sessions" (see <see cref="SessionDigester"/>) from rows as they come.</summary>
internal sealed class SessionDigestBuilder : IDisposable
{
    private readonly IncrementalHash _sections = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _rows = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long? _section;

    /// <summary>Adds a section whose digest is known.</summary>
    public void AddSection(long section, ReadOnlySpan<byte> digest)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, section);
        _sections.AppendData(number);
        _sections.AppendData(digest);
    }

    /// <summary>Adds a row to the section that is being made.</summary>
    public void AddRow(ReadOnlySpan<byte> row)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, row.Length);
        _rows.AppendData(length);
        _rows.AppendData(row);
    }

    /// <summary>Adds a row to its section; rows come in order.</summary>
    public void AddRow(long section, ReadOnlySpan<byte> row)
    {
        if (_section != section)
            EndSection();
        _section = section;
        AddRow(row);
    }

    /// <summary>The digest of the rows that were added since the last section.</summary>
    public byte[] FinishSection() => _rows.GetHashAndReset();

    /// <summary>The digest of all sections.</summary>
    public byte[] Finish()
    {
        EndSection();
        return _sections.GetHashAndReset();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sections.Dispose();
        _rows.Dispose();
    }

    private void EndSection()
    {
        if (_section is { } section)
            AddSection(section, FinishSection());
        _section = null;
    }
}
