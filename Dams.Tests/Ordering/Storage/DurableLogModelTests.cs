using CsCheck;
using Dams.Ordering;
using Dams.Ordering.Storage;

namespace Dams.Tests.Ordering.Storage;

/// <summary>
/// Compares the log with a list over random writes, cuts, trims and crashes. Everything that was flushed is there after a
/// crash. The rest is there up to some batch.
/// </summary>
[Parallelizable]
public sealed class DurableLogModelTests
{
    private const int SegmentBytes = 4096;

    [Test]
    public void After_any_crash_the_log_holds_all_flushed_batches_and_a_prefix_of_the_rest()
    {
        var step = Gen.Frequency(
            (8, Gen.Select(Gen.Int[1, 12], Gen.Int[0, 300], (count, payload) => (Step)new Append(count, payload))),
            (2, Gen.Select(Gen.Double[0, 1], Gen.Int[0, 6], (at, count) => (Step)new CutAndAppend(at, count))),
            (2, Gen.Int[1, 40].Select(counter => (Step)new Remember(counter))),
            (3, Gen.Const((Step)new FlushAll())),
            (1, Gen.Double[0, 1].Select(at => (Step)new Trim(at))),
            (1, Gen.Const((Step)new Reopen())),
            (2, Gen.Select(Gen.Int[0, 3], Gen.Int, (kind, seed) => (Step)new Crash(kind, seed))));
        step.Array[1, 40].Sample(Run, iter: 300);
    }

    // The test makes its crashes out of the bytes of the files, so no flush need reach the disk.
    private static DurableLog Open(LogFolder folder) => DurableLog.Open(folder.Options(SegmentBytes, cached: 4, Durability.Memory));

    private static void Run(Step[] steps)
    {
        var folder = new LogFolder();
        var log = Open(folder);
        var epoch = 1UL;
        try
        {
            var states = new Dictionary<long, Model> { [0] = new Model([], 0, default, log.Record, default) };
            var last = 0L;
            var flushedEnd = log.End;
            foreach (var step in steps)
            {
                var model = states[last];
                switch (step)
                {
                    case Append append:
                        Write(null, append.Count, append.Payload);
                        break;
                    case CutAndAppend cut:
                        Write(new SequenceNumber(model.Base + (long)(cut.At * model.Entries.Length)), cut.Count, 30);
                        break;
                    case Remember remember:
                        var record = log.Record with { Promised = new Claim(Epoch.Of((ulong)remember.Counter, 1), new BootId(4)) };
                        last = log.Write(new LogBatch(null, [], record, new SequenceNumber(remember.Counter)));
                        states[last] = model with { Record = record, Hint = Math.Max(model.Hint, remember.Counter) };
                        break;
                    case FlushAll:
                        log.Flush();
                        break;
                    case Trim trim when model.Entries.Length > 0:
                        var seq = new SequenceNumber(model.Base + 1 + (long)(trim.At * (model.Entries.Length - 1)));
                        log.TrimTo(seq, log.Read(seq)!.Chain);
                        var kept = (int)(seq.Value - model.Base);
                        last = log.Flushed;
                        states[last] = model with
                        {
                            Base = seq.Value,
                            BaseChain = model.Entries[kept - 1].Chain,
                            Entries = model.Entries[kept..],
                        };
                        break;
                    case Reopen:
                        log.Dispose();
                        log = Open(folder);
                        Assert.That(log.TornTail, Is.Null);
                        break;
                    case Crash crash:
                        var flushed = log.Flushed;
                        var damaged = folder.Copy();
                        var end = log.End;
                        log.Dispose();
                        folder.Dispose();
                        folder = damaged;
                        var whole = Damage(Path.Combine(folder.Path, Path.GetFileName(end.File)), flushedEnd.Offset, end.Offset, crash);
                        log = Open(folder);
                        var survived = log.Flushed;
                        Assert.That(survived, Is.InRange(whole ? last : flushed, last));
                        last = survived;
                        break;
                }

                if (log.Flushed == last || log.End.File != flushedEnd.File)
                    flushedEnd = log.Flushed == last ? log.End : (log.End.File, LogFormat.HeaderSize);
                Verify(log, states[last]);

                void Write(SequenceNumber? cutTo, int count, int payload)
                {
                    var keep = cutTo is { } at ? (int)(at.Value - model.Base) : model.Entries.Length;
                    var chain = keep == 0 ? model.BaseChain : model.Entries[keep - 1].Chain;
                    var entries = SampleEntries.After(new SequenceNumber(model.Base + keep), chain, count, payload, ++epoch);
                    last = log.Write(new LogBatch(cutTo, entries, null, SequenceNumber.Zero));
                    states[last] = model with { Entries = [.. model.Entries[..keep], .. entries] };
                }
            }
        }
        finally
        {
            log.Dispose();
            folder.Dispose();
        }
    }

    /// <summary>Damages the bytes that were not flushed, as a power cut may do.</summary>
    /// <returns>True if nothing was changed.</returns>
    private static bool Damage(string file, long from, long to, Crash crash)
    {
        if (crash.Kind == 0 || from == to)
            return true;
        var random = new Random(crash.Seed);
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
        switch (crash.Kind)
        {
            case 1:
                RandomAccess.SetLength(handle, random.NextInt64(from, to));
                break;
            case 2:
                for (var i = random.Next(1, 6); i > 0; i--)
                {
                    var at = random.NextInt64(from, to);
                    var one = new byte[1];
                    RandomAccess.Read(handle, one, at);
                    one[0] ^= (byte)(1 << random.Next(8));
                    RandomAccess.Write(handle, one, at);
                }

                break;
            default:
                // A sector never reached the disk.
                var sector = Math.Max(from, random.NextInt64(from, to) / 512 * 512);
                RandomAccess.Write(handle, new byte[Math.Min(512, to - sector)], sector);
                break;
        }

        return false;
    }

    private static void Verify(DurableLog log, Model model)
    {
        Assert.That(log.Base.Value, Is.EqualTo(model.Base));
        Assert.That(log.BaseChain, Is.EqualTo(model.BaseChain));
        Assert.That(log.Last.Value, Is.EqualTo(model.Base + model.Entries.Length));
        Assert.That(log.Record, Is.EqualTo(model.Record));
        Assert.That(log.CommitHint.Value, Is.EqualTo(model.Hint));
        foreach (var entry in model.Entries)
        {
            if (log.Read(entry.Seq)?.Chain != entry.Chain)
                Assert.Fail($"entry {entry} is {log.Read(entry.Seq)}");
        }
    }

    private sealed record Model(Entry[] Entries, long Base, Chain BaseChain, MemberRecord Record, long Hint);

    private abstract record Step;

    private sealed record Append(int Count, int Payload) : Step;

    private sealed record CutAndAppend(double At, int Count) : Step;

    private sealed record Remember(int Counter) : Step;

    private sealed record FlushAll : Step;

    private sealed record Trim(double At) : Step;

    private sealed record Reopen : Step;

    private sealed record Crash(int Kind, int Seed) : Step;
}
