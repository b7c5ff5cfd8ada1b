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
/// later ones find no room. Used by many threads.
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
    public async Task OnConnectionAsync(ConnectionContext context, ConnectionDelegate serve)
    {
        var connection = new OpenConnection(context);
        if (!TryAdmit(connection, out var longestIdle))
        {
            context.Abort(new ConnectionAbortedException("too many connections are open"));
            return;
        }

        longestIdle?.Lifetime?.RequestClose();
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
                var isFound = _closing < ClosingMax && _idle.First is { } first && time.GetElapsedTime(first.Value.IdleSince) >= IdleMin;
                Tell(isFound);
                if (!isFound)
                    return false;
                longestIdle = _idle.First!.Value;
                longestIdle.IsClosing = true;
                _idle.RemoveFirst();
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
            if (connection.Place.List is not null)
                _idle.Remove(connection.Place);
            _open--;
            if (connection.IsClosing)
                _closing--;
        }
    }

    private void BecomeIdle(OpenConnection connection)
    {
        connection.IdleSince = time.GetTimestamp();
        _idle.AddLast(connection.Place);
    }

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
        public OpenConnection(ConnectionContext context)
        {
            Lifetime = context.Features.Get<IConnectionLifetimeNotificationFeature>();
            Place = new LinkedListNode<OpenConnection>(this);
        }

        public IConnectionLifetimeNotificationFeature? Lifetime { get; }

        public LinkedListNode<OpenConnection> Place { get; }

        public long IdleSince { get; set; }

        public int Requests { get; set; }

        public bool IsClosing { get; set; }

        public bool HasEnded { get; set; }
    }
}
