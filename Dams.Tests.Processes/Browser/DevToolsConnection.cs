using System.Buffers;
using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dams.Tests.Hosting;

namespace Dams.Tests.Processes.Browser;

/// <summary>
/// A connection of the DevTools protocol: numbered calls and their answers, and events in between. One test uses it at a time.
/// </summary>
internal sealed class DevToolsConnection : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonObject>> _waiting = new();
    private readonly ConcurrentQueue<JsonObject> _events = new();
    private Task _reading = Task.CompletedTask;
    private int _last;

    private DevToolsConnection()
    {
    }

    /// <summary>The events of all pages so far.</summary>
    public IEnumerable<JsonObject> Events => _events;

    public static async Task<DevToolsConnection> OpenAsync(Uri address)
    {
        var connection = new DevToolsConnection();
        await connection._socket.ConnectAsync(address, CancellationToken.None).WaitAsync(Eventually.Limit);
        connection._reading = connection.ReadAsync();
        return connection;
    }

    /// <summary>Calls a method and waits for its result.</summary>
    public async Task<JsonObject> CallAsync(string method, JsonObject? parameters = null, string? session = null)
    {
        var number = Interlocked.Increment(ref _last);
        var call = new JsonObject { ["id"] = number, ["method"] = method, ["params"] = parameters ?? [] };
        if (session is not null)
            call["sessionId"] = session;
        var completion = new TaskCompletionSource<JsonObject>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[number] = completion;
        await _socket.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(call), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        var answer = await completion.Task.WaitAsync(Eventually.Limit);
        return answer["result"]?.AsObject() ?? throw new InvalidOperationException($"{method}: {answer["error"]}");
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
    }

    private async Task ReadAsync()
    {
        var message = new ArrayBufferWriter<byte>();
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(message.GetMemory(1 << 16), CancellationToken.None);
                message.Advance(part.Count);
                if (part.MessageType == WebSocketMessageType.Close)
                    return;
                if (!part.EndOfMessage)
                    continue;
                var read = JsonNode.Parse(message.WrittenSpan)!.AsObject();
                message.ResetWrittenCount();
                if (read["id"] is not { } id)
                    _events.Enqueue(read);
                else if (_waiting.TryRemove(id.GetValue<int>(), out var completion))
                    completion.SetResult(read);
            }
        }
        catch (Exception end) when (end is WebSocketException or OperationCanceledException)
        {
            foreach (var waiting in _waiting.Values)
                waiting.TrySetException(end);
        }
    }
}
