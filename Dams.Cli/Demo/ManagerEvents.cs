using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dams.Cli.Status;
using Dams.Hosting.Topology;

namespace Dams.Cli.Demo;

/// <summary>The part of a manager's <c>/status</c> that the story needs. It is read leniently: another release may say more.</summary>
internal sealed record ManagerDocument
{
    public IReadOnlyList<ManagerEvent> Events { get; init; } = [];
}

/// <summary>Something that the managers have agreed on.</summary>
internal sealed record ManagerEvent
{
    public long Number { get; init; }

    public string Kind { get; init; } = "";

    public string Node { get; init; } = "";

    public string Text { get; init; } = "";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(PlainTextConverter)])]
[JsonSerializable(typeof(ManagerDocument))]
internal sealed partial class ManagerDocumentJson : JsonSerializerContext;

/// <summary>Follows what the managers agree on. All managers number the events alike, so any of them will do.</summary>
internal sealed class ManagerEvents(ClusterTopology topology) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(1) };
    private long _told;

    /// <summary>The events since the last call; none if no manager answers.</summary>
    public async Task<IReadOnlyList<ManagerEvent>> NextAsync(CancellationToken stop)
    {
        foreach (var manager in topology.Managers)
        {
            try
            {
                var said = await _http.GetFromJsonAsync(
                    new Uri(manager.Listen.ToHttpUri(), "/status"), ManagerDocumentJson.Default.ManagerDocument, stop);
                List<ManagerEvent> next = [.. said!.Events.Where(happening => happening.Number > _told)];
                _told = Math.Max(_told, next.Count == 0 ? 0 : next[^1].Number);
                return next;
            }
            catch (Exception silence) when (silence is HttpRequestException or JsonException
                || (silence is OperationCanceledException && !stop.IsCancellationRequested))
            {
                // The next manager knows it as well.
            }
        }

        return [];
    }

    public void Dispose() => _http.Dispose();
}
