using System.Net;
using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;
using Dams.Ordering.Transport;
using Dams.Tests.Network;

namespace Dams.Tests.Ordering.Driver;

/// <summary>A core made of delegates.</summary>
internal sealed class TestCore : IProtocol
{
    public Outbox Outbox { get; } = new();

    public Action<Envelope, Message, Instant>? Message { get; set; }

    public Action<long, Instant>? Flushed { get; set; }

    public Action<Instant>? Timer { get; set; }

    public Action<Instant>? BatchEnd { get; set; }

    public Instant NextDeadline { get; set; } = Instant.Never;

    public void OnMessage(in Envelope envelope, Message message, Instant now) => Message?.Invoke(envelope, message, now);

    public void OnFlushed(long write, Instant now) => Flushed?.Invoke(write, now);

    public void OnTimer(Instant now)
    {
        NextDeadline = Instant.Never;
        Timer?.Invoke(now);
    }

    public void OnBatchEnd(Instant now) => BatchEnd?.Invoke(now);
}

/// <summary>An observer made of delegates.</summary>
internal sealed class TestObserver : ICoreObserver
{
    public Action<Message>? Message { get; set; }

    public Action? BatchEnd { get; set; }

    public void OnMessage(in Envelope envelope, Message message, Instant now) => Message?.Invoke(message);

    public void OnBatchEnd(Instant now) => BatchEnd?.Invoke();
}

/// <summary>
/// The smallest reliable protocol. Two nodes send a number to and fro and raise it each time. A node repeats a message that
/// was not answered.
/// </summary>
internal sealed class PingPong : IProtocol
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);
    private readonly NodeId _peer;
    private readonly ulong _target;
    private readonly Outbox _outbox;
    private ulong _value;
    private bool _dirty;

    public PingPong(NodeId peer, ulong target, Outbox outbox, bool begins)
    {
        _peer = peer;
        _target = target;
        _outbox = outbox;
        _dirty = begins;
        NextDeadline = begins ? default : Instant.Never;
    }

    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Instant NextDeadline { get; private set; }

    public void OnMessage(in Envelope envelope, Message message, Instant now)
    {
        // The message is stale or a duplicate: the answer to it was lost or is under way.
        if (((GetView)message).Epoch.Value is var value && value < _value)
            return;
        _value = value + 1;
        _dirty = true;
        if (_value >= _target)
            Done.TrySetResult();
    }

    public void OnFlushed(long write, Instant now)
    {
    }

    public void OnTimer(Instant now) => _dirty |= now >= NextDeadline;

    public void OnBatchEnd(Instant now)
    {
        if (!_dirty)
            return;
        _dirty = false;
        _outbox.Send(_peer, new Epoch(_value), new GetView(new Epoch(_value)));
        NextDeadline = now + Patience;
    }
}

/// <summary>Two nodes that hand tokens to and fro and repeat nothing. A token that is lost once stays lost.</summary>
internal sealed class Relay : IProtocol
{
    private const int Tokens = 8;
    private readonly long[] _turns = new long[Tokens];
    private readonly Queue<ulong> _held = [];
    private readonly NodeId _peer;
    private readonly Outbox _outbox;
    private readonly TimeSpan _pace;

    public Relay(NodeId peer, Outbox outbox, bool begins, TimeSpan pace)
    {
        _peer = peer;
        _outbox = outbox;
        _pace = pace;
        NextDeadline = begins ? default : Instant.Never;
        for (var token = 0; begins && token < Tokens; token++)
            _held.Enqueue((ulong)token);
    }

    /// <summary>How often the slowest token has arrived here. Any thread may read it.</summary>
    public long Slowest => Enumerable.Range(0, Tokens).Min(token => Volatile.Read(ref _turns[token]));

    public Instant NextDeadline { get; private set; }

    public void OnMessage(in Envelope envelope, Message message, Instant now)
    {
        var value = ((GetView)message).Epoch.Value;
        Interlocked.Increment(ref _turns[value % Tokens]);
        _held.Enqueue(value + Tokens);
        if (NextDeadline == Instant.Never)
            NextDeadline = now + _pace;
    }

    public void OnFlushed(long write, Instant now)
    {
    }

    public void OnTimer(Instant now)
    {
        NextDeadline = Instant.Never;
        while (_held.TryDequeue(out var value))
            _outbox.Send(_peer, new Epoch(value), new GetView(new Epoch(value)));
    }

    public void OnBatchEnd(Instant now)
    {
    }
}

/// <summary>Nodes on a loopback address of their own, each with a driver.</summary>
internal sealed class DriverCluster : IAsyncDisposable
{
    private const int FirstPort = 8080;
    private readonly IPAddress _address = TestAddresses.Next();
    private readonly Dictionary<NodeId, IPEndPoint> _book = [];
    private readonly List<ProtocolDriver> _drivers = [];
    private readonly List<IDisposable> _owned = [];

    public KeyRing Keys { get; } = KeyRing.Generate();

    public IPEndPoint Place(NodeId node) => _book[node] = new IPEndPoint(_address, FirstPort + _book.Count);

    public ProtocolDriver Add(NodeId node, params DrivenCore[] cores) => Add(node, options => options, null, cores);

    public ProtocolDriver Add(
        NodeId node, Func<DriverOptions, DriverOptions> configure, IReadOnlyDictionary<NodeId, IPEndPoint>? book, params DrivenCore[] cores)
    {
        var transport = new UdpTransport(_book[node], new AddressBook(book ?? _book));
        _owned.Add(transport);
        var options = configure(new DriverOptions { Self = node, Boot = DriverOptions.NewBoot(), Cluster = "test" });
        var driver = new ProtocolDriver(options, transport, Keys, cores, ClockSource.System);
        _drivers.Add(driver);
        return driver;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var driver in _drivers)
            await driver.DisposeAsync();
        foreach (var owned in _owned)
            owned.Dispose();
    }
}

/// <summary>A log that calls a delegate at each flush, and whose room a test sets.</summary>
internal sealed class TestFlush(Action onFlush) : IFlushable
{
    private volatile LogRoom _room;

    /// <summary>The room that the log reports. Any thread may set it.</summary>
    public LogRoom Room
    {
        get => _room;
        set => _room = value;
    }

    public void Flush() => onFlush();

    public LogRoom LookForRoom() => _room;
}
