using System.Buffers;
using System.Security.Cryptography;
using Dams.Ordering;
using Dams.Replica.Core;
using Dams.Replica.Engines;
using Dams.Replica.State;
using Dams.Replica.State.Sessions;
using Dams.Replica.State.Snapshots;

namespace Dams.Tests.Replica.Snapshots;

/// <summary>Makes and reads whole snapshots in memory.</summary>
internal static class SnapshotBytes
{
    public static readonly SnapshotExpectation AnyState = new() { ClientSessionsMax = 1_000_000 };

    /// <summary>The bytes that an export has not written yet.</summary>
    public static byte[] Of(ReplicaCore core, SnapshotExport export, int stepBytes = int.MaxValue)
    {
        var buffer = new ArrayBufferWriter<byte>();
        while (!core.StepSnapshot(export, stepBytes, buffer))
        {
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A snapshot of the state as it is now.</summary>
    public static byte[] Of(ReplicaCore core)
    {
        var bytes = Of(core, core.KeepSnapshot());
        core.DropSnapshot(core.Executed);
        return bytes;
    }

    public static SnapshotRefused? Read(byte[] bytes, out SnapshotContent? content, SnapshotExpectation? expectation = null) =>
        SnapshotReader.Read(new MemoryStream(bytes), expectation ?? AnyState, out content);

    /// <summary>Makes a snapshot of any content, with right digests.</summary>
    public static byte[] Forge(Action<Forger> fill, SnapshotHeader? header = null)
    {
        using var forger = new Forger();
        header ??= new SnapshotHeader(new SequenceNumber(1_000), 1, default, 1, ReadOnlyMemory<byte>.Empty);
        SnapshotFormat.WriteHeader(header, forger.Output);
        fill(forger);
        return forger.Finish();
    }

    internal sealed class Forger : IDisposable
    {
        private readonly StateDigestBuilder _state = new();
        private readonly SessionDigestBuilder _sessions = new();

        public ArrayBufferWriter<byte> Output { get; } = new();

        public Forger Bucket(Bucket bucket) => Bucket(BucketCodec.Encode(bucket));

        public Forger Bucket(byte[] bytes)
        {
            _state.AddBucket(bytes);
            return Record(SnapshotRecord.Bucket, bytes);
        }

        public Forger FrontEnds(params FrontEndState[] states)
        {
            var bytes = new ArrayBufferWriter<byte>();
            foreach (var state in states)
                SessionCodec.Write(state, bytes);
            _state.AddSection(new StateSection(StateSection.FrontEnds, SHA256.HashData(bytes.WrittenSpan)));
            return Record(SnapshotRecord.FrontEnds, bytes.WrittenSpan);
        }

        public Forger Row(SessionRow row)
        {
            var bytes = new ArrayBufferWriter<byte>();
            SessionCodec.Write(row, bytes);
            _sessions.AddRow(row.Section, bytes.WrittenSpan);
            return Record(SnapshotRecord.Row, bytes.WrittenSpan);
        }

        public Forger Record(SnapshotRecord kind, ReadOnlySpan<byte> body)
        {
            SnapshotFormat.WriteRecordHead(kind, body.Length, Output);
            Output.Write(body);
            return this;
        }

        public void Dispose()
        {
            _state.Dispose();
            _sessions.Dispose();
        }

        public byte[] Finish()
        {
            _state.AddSection(new StateSection(StateSection.Sessions, _sessions.Finish()));
            Record(SnapshotRecord.End, new byte[SnapshotFormat.EndSize]);
            var bytes = Output.WrittenSpan.ToArray();
            _state.Finish().CopyTo(bytes, bytes.Length - SnapshotFormat.EndSize);
            SHA256.HashData(bytes.AsSpan(..^SnapshotFormat.FileDigestSize)).CopyTo(bytes, bytes.Length - SnapshotFormat.FileDigestSize);
            return bytes;
        }
    }
}
