using Dams.Hosting.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Web;

/// <summary>
/// Limits the HTTP connections of a server. At the limit, a new connection replaces the one that has been idle longest, which is closed. If
/// none has been idle for <see cref="IdleMin"/>, the new one is closed at once. A connection with a request under way is never closed. New
/// connections are not left waiting, because a client that is closed knows at once. Waiting ones would fill the system's queue, so that
/// later ones find no room. Of connections that speak TLS, those whose handshake has lasted for <see cref="IdleMin"/> go before idle ones:
/// nobody has seen a request of theirs yet. Used by many threads.
/// </summary>
/// <param name="connectionsMax">The most open connections. Those that are being closed may exceed it for a moment.</param>
/// <param name="time">Measures how long connections are idle, and the time between two lines of the log.</param>
/// <param name="logger">Receives a warning now and then while the limit is reached.</param>
internal sealed class ConnectionBound(int connectionsMax, TimeProvider time, ILogger logger) : IStartupFilter
{
    /// <summary>
    /// The most connections of any server: as many as the calls that a front end handles at once by default. An idle one costs some 10 KB.
    /// </summary>
    public const int ConnectionsMax = 4_096;

    /// <summary>
    /// The most connections that may be closing at once, beyond the limit. One in the middle of a request's head takes up to
    /// <see cref="NodeWeb.HeadPatience"/>.
    /// </summary>
    public const int ClosingMax = 32;

    /// <summary>The least idle time before a connection is closed. A client may send its next request just after an answer.</summary>
    public static readonly TimeSpan IdleMin = TimeSpan.FromSeconds(1);

    /// <summary>The least time between two lines of the log.</summary>
    public static readonly TimeSpan TellInterval = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();

    // The connections whose handshake is not over, the oldest first.
    private readonly LinkedList<OpenConnection> _unready = new();

    // The connections without a request, the longest idle first.
    private readonly LinkedList<OpenConnection> _idle = new();
    private int _open;
    private int _closing;
    private long _closed;
    private long _refused;
    private long? _toldAt;

    /// <summary>The limit of connections that a limit of descriptors allows.</summary>
    /// <param name="descriptors">The limit of descriptors, as of <see cref="DescriptorLimit.Current"/>.</param>
    public static int Under(long? descriptors) =>
        (int)Math.Clamp((descriptors ?? long.MaxValue) - DescriptorLimit.Reserve, DescriptorLimit.ConnectionsMin, ConnectionsMax);

    /// <summary>Serves a connection from its beginning to its end, or closes it.</summary>
    /// <param name="context">The connection.</param>
    /// <param name="serve">Serves it.</param>
    /// <param name="isReady">Whether requests may come at once. If not, <see cref="OnReady"/> says when.</param>
    public async Task OnConnectionAsync(ConnectionContext context, ConnectionDelegate serve, bool isReady = true)
    {
        var connection = new OpenConnection(context) { IsReady = isReady };
        if (!TryAdmit(connection, out var longestIdle))
        {
            context.Abort(new ConnectionAbortedException("too many connections are open"));
            return;
        }

        longestIdle?.Close();
        context.Features.Set(connection);
        try
        {
            await serve(context).ConfigureAwait(false);
        }
        finally
        {
            OnEnded(connection);
        }
    }

    /// <summary>The handshake of a connection is over.</summary>
    public void OnReady(ConnectionContext context)
    {
        if (context.Features.Get<OpenConnection>() is not { } connection)
            return;
        lock (_lock)
        {
            connection.IsReady = true;
            if (connection is { IsClosing: true } or { HasEnded: true })
                return;
            _unready.Remove(connection.Place);
            BecomeIdle(connection);
        }
    }

    /// <summary>Adds the first step of each request's handling: it notes which connections have requests under way.</summary>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => web =>
    {
        web.Use(async (http, rest) =>
        {
            var connection = http.Features.Get<OpenConnection>();
            OnRequest(connection);
            try
            {
                await rest(http).ConfigureAwait(false);
            }
            finally
            {
                OnAnswered(connection);
            }
        });
        next(web);
    };

    private bool TryAdmit(OpenConnection connection, out OpenConnection? longestIdle)
    {
        lock (_lock)
        {
            longestIdle = null;
            if (_open - _closing >= connectionsMax)
            {
                longestIdle = _closing < ClosingMax ? Oldest(_unready) ?? Oldest(_idle) : null;
                Tell(longestIdle is not null);
                if (longestIdle is null)
                    return false;
                longestIdle.IsClosing = true;
                longestIdle.Place.List!.Remove(longestIdle.Place);
                _closing++;
            }

            _open++;
            BecomeIdle(connection);
            return true;
        }
    }

    private void OnRequest(OpenConnection? connection)
    {
        if (connection is null)
            return;
        lock (_lock)
        {
            if (connection.Requests++ == 0 && connection.Place.List is not null)
                _idle.Remove(connection.Place);
        }
    }

    private void OnAnswered(OpenConnection? connection)
    {
        if (connection is null)
            return;
        lock (_lock)
        {
            if (--connection.Requests == 0 && connection is { IsClosing: false, HasEnded: false })
                BecomeIdle(connection);
        }
    }

    private void OnEnded(OpenConnection connection)
    {
        lock (_lock)
        {
            connection.HasEnded = true;
            connection.Place.List?.Remove(connection.Place);
            _open--;
            if (connection.IsClosing)
                _closing--;
        }
    }

    private void BecomeIdle(OpenConnection connection)
    {
        connection.IdleSince = time.GetTimestamp();
        (connection.IsReady ? _idle : _unready).AddLast(connection.Place);
    }

    private OpenConnection? Oldest(LinkedList<OpenConnection> waiting) =>
        waiting.First is { } first && time.GetElapsedTime(first.Value.IdleSince) >= IdleMin ? first.Value : null;

    private void Tell(bool isClosing)
    {
        _ = isClosing ? _closed++ : _refused++;
        if (_toldAt is { } told && time.GetElapsedTime(told) < TellInterval)
            return;
        _toldAt = time.GetTimestamp();
        HostingLog.ConnectionsFull(logger, connectionsMax, _closed, _refused);
    }

    /// <summary>A connection that was admitted. The lock guards everything that changes.</summary>
    private sealed class OpenConnection
    {
        private readonly ConnectionContext _context;
        private readonly IConnectionLifetimeNotificationFeature? _lifetime;

        public OpenConnection(ConnectionContext context)
        {
            _context = context;
            _lifetime = context.Features.Get<IConnectionLifetimeNotificationFeature>();
            Place = new LinkedListNode<OpenConnection>(this);
        }

        public bool IsReady { get; set; }

        public LinkedListNode<OpenConnection> Place { get; }

        public long IdleSince { get; set; }

        public int Requests { get; set; }

        public bool IsClosing { get; set; }

        public bool HasEnded { get; set; }

        // Nobody listens to a polite request during the handshake.
        public void Close()
        {
            if (IsReady)
                _lifetime?.RequestClose();
            else
                _context.Abort(new ConnectionAbortedException("too many connections are open"));
        }
    }
}
