using System.Buffers;
using System.Security.Cryptography;

namespace Dams.Replica.State.Sessions;

/// <summary>
/// Makes the digests of the session table. They depend on what the table holds now, and on nothing that it held before:
/// <code>
/// "front-ends" := SHA-256(front end*)                                            in order of their numbers (SessionCodec)
/// "sessions"   := SHA-256((section number i64, SHA-256((length i32, row)*))*)    in order; sections without rows are absent
/// </code>
/// Only sections that were touched since the last digest are hashed again. Combining costs 40 bytes of SHA-256 per
/// section. A million client-made ids among ten times as many reads are some 11,000 sections, or half a megabyte.
/// </summary>
internal sealed class SessionDigester : ISessionObserver
{
    private readonly SortedDictionary<long, byte[]> _digests = [];
    private readonly SortedSet<long> _touched = [];
    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>Marks a section, so that the next digest hashes it again.</summary>
    public void BeforeChange(long section) => _touched.Add(section);

    /// <summary>
    /// Forgets everything and marks all sections of this table as touched. Called at the start, and after a restore.
    /// </summary>
    public void Reset(SessionTable table)
    {
        _digests.Clear();
        _touched.Clear();
        foreach (var section in table.Sections)
            _touched.Add(section);
    }

    /// <summary>
    /// The digests of this table. This object must have been told of all changes since the last <see cref="Reset"/>.
    /// </summary>
    public IReadOnlyList<StateSection> Digest(SessionTable table)
    {
        foreach (var section in _touched)
        {
            var rows = table.ReadSection(section);
            if (rows.Count == 0)
                _digests.Remove(section);
            else
                _digests[section] = DigestOf(rows);
        }

        _touched.Clear();
        using var sessions = new SessionDigestBuilder();
        foreach (var (section, digest) in _digests)
            sessions.AddSection(section, digest);
        return
        [
            new StateSection(StateSection.FrontEnds, DigestOfFrontEnds(table)),
            new StateSection(StateSection.Sessions, sessions.Finish()),
        ];
    }

    private byte[] DigestOfFrontEnds(SessionTable table)
    {
        _buffer.ResetWrittenCount();
        foreach (var frontEnd in table.FrontEnds)
            SessionCodec.Write(frontEnd, _buffer);
        return SHA256.HashData(_buffer.WrittenSpan);
    }

    private byte[] DigestOf(IReadOnlyList<SessionRow> rows)
    {
        using var builder = new SessionDigestBuilder();
        foreach (var row in rows)
        {
            _buffer.ResetWrittenCount();
            SessionCodec.Write(row, _buffer);
            builder.AddRow(_buffer.WrittenSpan);
        }

        return builder.FinishSection();
    }
}
