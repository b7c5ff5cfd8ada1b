using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Replica.Engines;
using Dams.Replica.State;
using Dams.Tests.Engines.Model;
using Dams.Tests.Engines.Script;

namespace Dams.Tests.Engines.Differential;

/// <summary>
/// Runs one sequence through an engine and the reference model. Half-way, a second engine is restored from a snapshot of the first.
/// The second engine may be of another version and has a past of its own; from then on both run. At every step the replies and the
/// announced buckets must be equal. Every 25 commands and at the end, all buckets and the digests must be equal.
/// </summary>
internal sealed class DifferentialRun : IDisposable
{
    private const int StepsBetweenFullComparisons = 25;
    private const int StepsOfEarlierPast = 10;

    private readonly ReferenceModel _model = new();
    private readonly IReadOnlyList<Command> _commands;
    private readonly Func<IAppointmentEngine> _createSecond;
    private readonly List<Subject> _subjects;

    private DifferentialRun(Func<IAppointmentEngine> create, Func<IAppointmentEngine> createSecond, IReadOnlyList<Command> commands)
    {
        _createSecond = createSecond;
        _commands = commands;
        _subjects = [new Subject(create())];
    }

    /// <summary>The first difference, or null if there is none.</summary>
    public static string? FindDifference(
        Func<IAppointmentEngine> create, Func<IAppointmentEngine> createSecond, IReadOnlyList<Command> commands)
    {
        using var run = new DifferentialRun(create, createSecond, commands);
        return run.Run();
    }

    public void Dispose()
    {
        foreach (var subject in _subjects)
            (subject.Engine as IDisposable)?.Dispose();
    }

    private string? Run()
    {
        for (var step = 0; step < _commands.Count; step++)
        {
            if (step == _commands.Count / 2 && Try(Restore) is { } spoilt)
                return $"after {step} commands, {spoilt}";
            var expected = _model.Execute(_commands[step]);
            foreach (var subject in _subjects)
            {
                if (Try(() => Step(subject, _commands[step], expected, step)) is { } difference)
                    return $"command {step + 1}, {ScriptText.Of(_commands[step])}: {subject.Engine.Version} {difference}";
            }
        }

        return null;
    }

    /// <summary>
    /// Turns an exception into a difference, because the model throws nothing. It is then shrunk and repeated like any other difference.
    /// </summary>
    private static string? Try(Func<string?> findDifference)
    {
        try
        {
            return findDifference();
        }
        catch (Exception exception)
        {
            return $"fails: {exception}";
        }
    }

    private string? Step(Subject subject, Command command, Reply expected, int step)
    {
        var actual = subject.Execute(command);
        if (!ReplyCodec.Encode(actual).AsSpan().SequenceEqual(ReplyCodec.Encode(expected)))
            return $"replies {ScriptText.Of(actual)}, but the model {ScriptText.Of(expected)}";
        if (subject.Touched.Count > 0 && !command.IsWrite)
            return "announces that a read changes something";
        if (FirstDifferent(subject.Engine, subject.Touched) is { } bucket)
            return bucket;
        var isLast = step == _commands.Count - 1;
        return isLast || step % StepsBetweenFullComparisons == 0 ? CompareAll(subject) : null;
    }

    private string? CompareAll(Subject subject)
    {
        if (!subject.Engine.BucketKeys().SequenceEqual(_model.BucketKeys()))
        {
            return $"has the buckets {string.Join(", ", subject.Engine.BucketKeys())}, "
                + $"but the model {string.Join(", ", _model.BucketKeys())}";
        }

        if (FirstDifferent(subject.Engine, _model.BucketKeys()) is { } bucket)
            return bucket;

        // The engine's digest follows the changes that it announced; the model's digest is computed from its whole state.
        var whole = new StateDigester();
        whole.Reset(_model);
        return subject.Digest().AsSpan().SequenceEqual(whole.Digest(_model, []))
            ? null
            : "has not announced all its changes: its digest is of an older state";
    }

    private string? FirstDifferent(IAppointmentEngine engine, IEnumerable<BucketKey> keys)
    {
        foreach (var key in keys)
        {
            var (actual, expected) = (engine.ReadBucket(key), _model.ReadBucket(key));
            if (!actual.Equals(expected))
                return $"holds at {key.Hospital} on {key.Date:O}: {Describe(actual)}; but the model: {Describe(expected)}";
        }

        return null;
    }

    private string? Restore()
    {
        var second = new Subject(_createSecond());
        _subjects.Add(second);
        foreach (var command in _commands.Skip(_commands.Count / 2).Take(StepsOfEarlierPast))
            second.Execute(command);
        var first = _subjects[0].Engine;
        second.Restore([.. first.BucketKeys().Select(key => Travel(first.ReadBucket(key)))]);
        return CompareAll(second) is { } difference ? $"{second.Engine.Version}, restored from {first.Version}, {difference}" : null;
    }

    private static Bucket Travel(Bucket bucket) =>
        BucketCodec.TryDecode(BucketCodec.Encode(bucket), out var arrived)
            ? arrived!
            : throw new InvalidDataException($"an encoded bucket can't be decoded: {Describe(bucket)}");

    private static string Describe(Bucket bucket) =>
        string.Join("; ", bucket.Slots.Select(state => $"{ScriptText.Of(state.Slot)} {ScriptText.Of(state)}").DefaultIfEmpty("nothing"));

    /// <summary>An engine under test, with the changes that it has announced.</summary>
    private sealed class Subject(IAppointmentEngine engine) : IBucketObserver
    {
        private readonly StateDigester _digester = new();

        public IAppointmentEngine Engine { get; } = engine;

        public SortedSet<BucketKey> Touched { get; } = [];

        public Reply Execute(Command command)
        {
            Touched.Clear();
            return Engine.Execute(command, this);
        }

        public void Restore(IReadOnlyList<Bucket> buckets)
        {
            Engine.Restore(buckets);
            _digester.Reset(Engine);
        }

        public byte[] Digest() => _digester.Digest(Engine, []);

        public void BeforeChange(BucketKey key)
        {
            Touched.Add(key);
            _digester.BeforeChange(key);
        }
    }
}
