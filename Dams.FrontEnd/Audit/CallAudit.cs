using System.Net.Http.Headers;
using System.Text;
using Dams.Hosting.Access;
using Dams.Hosting.Logging;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Service.Audit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Dams.FrontEnd.Audit;

/// <summary>
/// Writes an entry for each call, and for each request whose credentials were refused. It stands around everything that answers clients, so
/// its times and addresses are those of the whole request. Used by many threads.
/// </summary>
/// <param name="file">Takes the entries; this object owns it.</param>
/// <param name="time">The clock of the entries.</param>
internal sealed class CallAudit(AuditFile file, TimeProvider time) : IDisposable
{
    private const int NameLengthMax = 64;
    private const int PathLengthMax = 64;
    private readonly DenialRate _denials = new();

    /// <summary>Opens the audit of a front end; null if the configuration wants none.</summary>
    public static CallAudit? Open(ClusterTopology topology, NodeId id, TimeProvider time, ILogger logger) =>
        topology.AuditFileOf(id) is { } file ? new CallAudit(AuditFile.Open(file, topology.Log, logger), time) : null;

    /// <summary>Writes the waiting entries and closes the file.</summary>
    public void Dispose() => file.Dispose();

    /// <summary>Serves a request.</summary>
    public async Task ServeAsync(HttpContext http, RequestDelegate rest)
    {
        var record = new CallRecord();
        http.Features.Set(record);
        var began = time.GetTimestamp();
        try
        {
            await rest(http).ConfigureAwait(false);
        }
        finally
        {
            Write(http, record, time.GetElapsedTime(began));
        }
    }

    private void Write(HttpContext http, CallRecord record, TimeSpan took)
    {
        var now = time.GetUtcNow();
        var address = http.Connection.RemoteIpAddress?.ToString() ?? "";
        if (record.Operation is not null)
        {
            file.Write(AuditEntry.OfCall(now, record, http.Features.Get<CallerIdentity>()?.Name, address, took));
            return;
        }

        var isDenied = record.DeniedFor is not null
            || http.Response.StatusCode is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden
                or StatusCodes.Status429TooManyRequests;
        // A client without credentials, which has yet to learn that it needs some, is no failed attempt.
        var hasTried = record.DeniedFor is not null || http.Request.Headers.Authorization.Count > 0
            || http.Features.Get<CallerIdentity>() is not null;
        if (!isDenied || !hasTried || !_denials.TryTake(now, out var unwritten))
            return;
        var path = http.Request.Path.Value ?? "";
        file.Write(AuditEntry.OfDenial(
            now,
            record.DeniedUser ?? http.Features.Get<CallerIdentity>()?.Name ?? NameOf(http.Request),
            record.DeniedFor ?? $"HTTP status {http.Response.StatusCode}",
            path.Length <= PathLengthMax ? path : path[..PathLengthMax],
            address,
            took,
            unwritten));
    }

    /// <summary>The user name of the Basic credentials, whoever it belongs to; null if there is none.</summary>
    private static string? NameOf(HttpRequest request)
    {
        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization.ToString(), out var given)
            || !given.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)
            || given.Parameter is not { } parameter)
        {
            return null;
        }

        var bytes = new byte[parameter.Length];
        if (!Convert.TryFromBase64String(parameter, bytes, out var length))
            return null;
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        // A text without a colon may be a password.
        return colon < 0 ? null : text[..Math.Min(colon, NameLengthMax)];
    }
}
