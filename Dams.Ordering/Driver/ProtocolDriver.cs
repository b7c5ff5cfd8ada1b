using Dams.Ordering.Messages;
using Dams.Ordering.Storage;
using Dams.Ordering.Transport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dams.Ordering.Driver;

/// <summary>
/// The shell around the pure cores of a process: one thread that owns the cores, their logs and the socket. A turn of
/// its loop takes the input (datagrams, work of other threads, timers), ends the batch, and sends. Then it flushes once
/// for the whole batch, tells the core, and sends the messages that waited for the flush. Messages that a core queues
/// before the flush go out before it, so replies do not wait for the disk. A core queues messages that depend on the
/// flush in <c>OnFlushed</c>.
/// </summary>
/// <remarks>
/// Any exception of a core, a log or posted work ends the loop, and <see cref="Completion"/> fails with it. The process
/// must then report it and exit: nothing is proven about a core that stopped half-way. The driver closes neither
/// transport nor logs; close them after <see cref="Completion"/>. Thread: any thread may use the public members.
/// </remarks>
public sealed partial class ProtocolDriver : IAsyncDisposable
{
    private const int Idle = 0;
    private const int Sleeping = 1;
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(1);

    private readonly DriverOptions _options;
    private readonly UdpTransport _transport;
    private readonly TransportCounters _counters;
    private readonly ClockSource _clock;
    private readonly ILogger _logger;
    private readonly CoreShell[] _cores;
    private readonly DatagramOpener _opener;
    private readonly PostedWork _posted;
    private readonly HeardNodes _heard = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private readonly byte[] _buffer = new byte[ushort.MaxValue];
    private long _longestTurnTicks;
    private int _sleeping = Idle;
    private int _started;
    private volatile bool _stopping;

    /// <summary>
    /// Makes a driver that does not run yet. Each core must belong to a different group. The logger gets start, end and
    /// slow turns.
    /// </summary>
    /// <exception cref="ArgumentException">The options are wrong, there is no core, or two cores belong to one group.</exception>
    public ProtocolDriver(
        DriverOptions options, UdpTransport transport, KeyRing keys, IReadOnlyList<DrivenCore> cores, ClockSource clock,
        ILogger<ProtocolDriver>? logger = null)
    {
        var problems = options.Validate();
        if (problems.Count > 0)
            throw new ArgumentException(string.Join("; ", problems), nameof(options));
        if (cores.Count == 0 || cores.Select(core => core.Group).Distinct().Count() != cores.Count)
            throw new ArgumentException("a driver runs at least one core, each of another group", nameof(cores));
        _options = options;
        _transport = transport;
        _counters = transport.Counters;
        _clock = clock;
        _logger = logger ?? NullLogger<ProtocolDriver>.Instance;
        var clusterId = DatagramHeader.ClusterIdOf(options.Cluster);
        _cores = [.. cores.Select(core => new CoreShell(core, options, clusterId, keys, transport))];
        _opener = new DatagramOpener(
            new DatagramOpenerOptions { Self = options.Self, ClusterId = clusterId, Groups = [.. cores.Select(core => core.Group)] },
            keys, _counters);
        _posted = new PostedWork(options.PostedMax);
        _thread = new Thread(Run) { IsBackground = true, Name = $"dams {options.Self}" };
    }

    /// <summary>Completes when the loop has ended: after <see cref="StopAsync"/>, or with the exception that ended the loop.</summary>
    public Task Completion => _completion.Task;

    /// <summary>The longest turn of the loop since the start.</summary>
    public TimeSpan LongestTurn => new(Volatile.Read(ref _longestTurnTicks));

    /// <summary>Pieces of work that were rejected because too many were waiting.</summary>
    public long WorkRefused => _posted.Refused;

    /// <summary>The figures of the transport since its start.</summary>
    public TransportCounters Counters => _counters;

    /// <inheritdoc cref="UdpTransport.ReceiveBufferDrops"/>
    public long? ReceiveBufferDrops => _transport.ReceiveBufferDrops;

    /// <summary>Starts the loop. Call it once.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
            throw new InvalidOperationException("the driver was already started");
        _thread.Start();
    }

    /// <summary>Runs work on the loop between two inputs of the cores, as an input of its own. An exception ends the loop.</summary>
    /// <param name="work">Gets the moment at which it runs. It must not wait for anything.</param>
    /// <returns>False if too much work is waiting or the loop has ended; then the work is not done.</returns>
    public bool Post(Action<Instant> work) => TryPost(new PostedWork.Call(work));

    /// <summary>Runs a function on the loop, as with <see cref="Post"/>.</summary>
    /// <returns>
    /// The result of the function. The task fails with <see cref="DriverBusyException"/> if too much work is waiting,
    /// and with <see cref="DriverStoppedException"/> if the loop has ended or ends before the function runs. If the
    /// function throws, the task fails with that exception, which also ends the loop. The task never completes on the
    /// loop's thread.
    /// </returns>
    public Task<T> InvokeAsync<T>(Func<Instant, T> function)
    {
        var question = new PostedWork.Question<T>(function);
        if (TryPost(question))
            return question.Task;
        return Task.FromException<T>(_posted.IsClosed ? new DriverStoppedException() : new DriverBusyException());
    }

    /// <summary>The moment at which this process last heard a node, by an authenticated datagram; null if it has not yet.</summary>
    public Instant? LastHeard(NodeId node) => _heard.Of(node);

    /// <summary>Sends to the nodes at other addresses from the next turn on.</summary>
    /// <returns>False if too much work is waiting, or the loop has ended.</returns>
    public bool UsePeers(AddressBook peers) => Post(_ => _transport.UsePeers(peers));

    /// <summary>Seals and opens datagrams with another key ring from the next turn on.</summary>
    public bool UseKeys(KeyRing keys) => Post(_ =>
    {
        _opener.UseKeys(keys);
        foreach (var core in _cores)
            core.Sealer.UseKeys(keys);
    });

    /// <summary>Ends the loop after its current turn. Waiting work is abandoned.</summary>
    /// <returns><see cref="Completion"/>.</returns>
    public Task StopAsync()
    {
        _stopping = true;
        if (Interlocked.Exchange(ref _started, 1) == 0)
            End(null);
        else
            _transport.Wake();
        return Completion;
    }

    /// <summary>Like <see cref="StopAsync"/>, but does not throw the exception of a failed loop.</summary>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private bool TryPost(PostedWork.IWork work)
    {
        if (!_posted.TryAdd(work))
            return false;

        // Waking costs a system call. So only a loop that sleeps, or is about to sleep, is woken, and only one of the posting
        // threads wakes it.
        if (Volatile.Read(ref _sleeping) == Sleeping && Interlocked.Exchange(ref _sleeping, Idle) == Sleeping)
            _transport.Wake();
        return true;
    }

    private void Run()
    {
        LogStarted(_options.Self, _options.Boot, _transport.Local);
        try
        {
            while (!_stopping)
            {
                Turn();
                Sleep();
            }

            End(null);
        }
        catch (Exception exception)
        {
            End(exception);
        }
    }

    private void End(Exception? failure)
    {
        _posted.Close();
        _opener.Dispose();
        foreach (var core in _cores)
            core.Sealer.Dispose();
        if (failure is null)
        {
            LogStopped(_options.Self);
            _completion.TrySetResult();
        }
        else
        {
            // The message of a log's exception says everything, so its stack trace is not logged.
            if (failure is LogException refused)
                LogRefused(_options.Self, refused.Message);
            else
                LogFailed(_options.Self, failure);
            _completion.TrySetException(failure);
        }
    }

    private void Turn()
    {
        var now = _clock.Now;
        var start = now;
        foreach (var core in _cores)
            LookForRoom(core);
        var datagrams = Receive(now);
        var worked = datagrams > 0;
        for (var i = _posted.Count; i > 0 && _posted.TryTake(out var work); i--)
        {
            work!.Run(now);
            worked = true;
        }

        foreach (var core in _cores)
        {
            worked |= core.HasEffects;
            if (core.Core.Protocol.NextDeadline <= now)
            {
                core.Core.Protocol.OnTimer(now);
                worked = true;
            }
        }

        if (!worked)
            return;
        foreach (var core in _cores)
        {
            core.OnBatchEnd(now);
            Send(core);
        }

        foreach (var core in _cores)
            Flush(core);
        var took = _clock.Now - start;
        if (took.Ticks > _longestTurnTicks)
            Volatile.Write(ref _longestTurnTicks, took.Ticks);
        if (took > _options.SlowTurn)
            LogSlow(_options.Self, (long)took.TotalMilliseconds, datagrams);
    }

    private int Receive(Instant now)
    {
        var opened = 0;
        for (var taken = 0; taken < _options.BatchDatagramsMax && _transport.TryReceive(_buffer, out var length); taken++)
        {
            if (_opener.TryOpen(_buffer.AsSpan(0, length), _transport.SourceHash, now, out var header, out var body) != DropReason.None)
                continue;
            opened++;
            _heard.Note(header.Sender, now);
            Deliver(header, body, now);
        }

        return opened;
    }

    private void Deliver(in DatagramHeader header, ReadOnlySpan<byte> body, Instant now)
    {
        var core = CoreOf(header.Group);
        var envelope = new Envelope(header.Sender, header.Boot, header.Epoch);
        while (!body.IsEmpty)
        {
            if (!MessageCodec.TryRead(ref body, out var message))
            {
                _counters.CountDrop(DropReason.Malformed);
                return;
            }

            if (core.Room != LogRoom.Enough && !Fits(message, core.Room))
            {
                _counters.CountDrop(DropReason.NoRoom);
                continue;
            }

            core.OnMessage(envelope, message, now);
        }
    }

    private void LookForRoom(CoreShell core)
    {
        var room = core.Core.Log?.LookForRoom() ?? LogRoom.Enough;
        if (room == core.Room)
            return;
        if (room == LogRoom.Enough)
            LogGoesOn(_options.Self, core.Core.Group);
        else if (core.Room == LogRoom.Enough)
            LogHolds(_options.Self, core.Core.Group);
        core.Room = room;
    }

    /// <summary>
    /// Whether the log has room for what a message brings. If not, the driver drops the message as if the network had
    /// lost it; the sender repeats it. So a core on a full disk still receives and sends everything else and executes what
    /// it has, but gets no further. Promises and views are taken as long as they fit, so that a failover stays
    /// possible.
    /// </summary>
    private static bool Fits(Message message, LogRoom room) => message switch
    {
        Order or Retrans or Fetched => false,
        Prepare or NewView or StampReq => room == LogRoom.RecordsOnly,
        _ => true,
    };

    private CoreShell CoreOf(GroupId group)
    {
        foreach (var core in _cores)
        {
            if (core.Core.Group == group)
                return core;
        }

        throw new InvariantBrokenException("the opener lets only served groups pass");
    }

    private static void Send(CoreShell core)
    {
        var messages = core.Core.Outbox.Messages;
        if (messages.Count == 0)
            return;
        for (var i = 0; i < messages.Count; i++)
            core.Packer.Add(messages[i]);
        core.Packer.Flush();
        core.Core.Outbox.ClearMessages();
    }

    private void Flush(CoreShell core)
    {
        var write = core.Core.Outbox.TakeFlush();
        if (write == 0)
            return;
        Invariant.That(core.Core.Log is not null, "only a core with a log wants a flush");
        core.Core.Log.Flush();
        var now = _clock.Now;
        core.Core.Protocol.OnFlushed(write, now);
        core.OnBatchEnd(now);
        Send(core);
    }

    private void Sleep()
    {
        var deadline = Instant.Never;
        foreach (var core in _cores)
        {
            if (core.HasEffects)
                return;
            deadline = Instant.Earlier(deadline, core.Core.Protocol.NextDeadline);
        }

        // Announced with a full fence before the last look at the queue. So either this look sees new work, or the posting thread
        // sees that the loop sleeps.
        Interlocked.Exchange(ref _sleeping, Sleeping);
        if (_posted.Count == 0 && !_stopping)
        {
            var left = deadline == Instant.Never ? LongestSleep : deadline - _clock.Now;
            _transport.Wait(left < LongestSleep ? left : LongestSleep);
        }

        Volatile.Write(ref _sleeping, Idle);
    }

    [LoggerMessage(2000, LogLevel.Information, "{Self} (boot {Boot}) listens on {Endpoint}")]
    private partial void LogStarted(NodeId self, BootId boot, System.Net.IPEndPoint endpoint);

    [LoggerMessage(2001, LogLevel.Information, "The loop of {Self} has ended")]
    private partial void LogStopped(NodeId self);

    [LoggerMessage(2002, LogLevel.Critical, "The loop of {Self} has failed; the process can't go on")]
    private partial void LogFailed(NodeId self, Exception exception);

    [LoggerMessage(2003, LogLevel.Warning,
        "A turn of the loop of {Self} took {Milliseconds} ms ({Datagrams} datagrams): "
        + "the machine or its disk is too slow, or the process was paused")]
    private partial void LogSlow(NodeId self, long milliseconds, int datagrams);

    [LoggerMessage(2004, LogLevel.Error,
        "{Self} takes no more entries of the group {Group} until its disk has room; then it fetches what it missed")]
    private partial void LogHolds(NodeId self, GroupId group);

    [LoggerMessage(2005, LogLevel.Information, "{Self} takes entries of the group {Group} again: its disk has room")]
    private partial void LogGoesOn(NodeId self, GroupId group);

    [LoggerMessage(2006, LogLevel.Critical, "The loop of {Self} has ended, because its log can't go on: {Problem}")]
    private partial void LogRefused(NodeId self, string problem);
}
