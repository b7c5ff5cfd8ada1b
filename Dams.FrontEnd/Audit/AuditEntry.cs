using System.Text;
using System.Text.Json;
using Dams.Service.Audit;

namespace Dams.FrontEnd.Audit;

/// <summary>An entry of the audit as a line of JSON, in which no text of a client can end the line.</summary>
internal static class AuditEntry
{
    /// <summary>The line of a call.</summary>
    /// <param name="time">When the request was answered.</param>
    /// <param name="record">The call.</param>
    /// <param name="user">The authenticated user, or null.</param>
    /// <param name="address">The address of the client.</param>
    /// <param name="took">How long the request took.</param>
    public static string OfCall(DateTimeOffset time, CallRecord record, string? user, string address, TimeSpan took) =>
        Line(time, "call", user, address, took, json =>
        {
            json.WriteString("caller", record.Caller);
            json.WriteString("operation", record.Operation);
            foreach (var (name, value) in record.Fields)
                json.WriteString(name, value);
            json.WriteString("outcome", record.Outcome ?? "NoAnswer");
            if (record.Sequence is { } sequence)
                json.WriteNumber("sequence", sequence);
        });

    /// <summary>The line of credentials that were refused.</summary>
    /// <param name="time">When the request was answered.</param>
    /// <param name="user">The user name of the credentials, or null.</param>
    /// <param name="reason">The reason.</param>
    /// <param name="path">The path of the request.</param>
    /// <param name="address">The address of the client.</param>
    /// <param name="took">How long the request took.</param>
    /// <param name="unwritten">The number of such entries that were left out since the last one.</param>
    public static string OfDenial(
        DateTimeOffset time, string? user, string reason, string path, string address, TimeSpan took, long unwritten) =>
        Line(time, "denied", user, address, took, json =>
        {
            json.WriteString("reason", reason);
            json.WriteString("path", path);
            if (unwritten > 0)
                json.WriteNumber("unwritten", unwritten);
        });

    private static string Line(
        DateTimeOffset time, string kind, string? user, string address, TimeSpan took, Action<Utf8JsonWriter> writeRest)
    {
        using var stream = new MemoryStream();
        // The default encoder escapes control characters and everything beyond ASCII, so also the line ends of Unicode.
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("time", time.UtcDateTime);
            json.WriteString("event", kind);
            if (user is not null)
                json.WriteString("user", user);
            writeRest(json);
            json.WriteNumber("milliseconds", Math.Round(took.TotalMilliseconds, 1));
            json.WriteString("address", address);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
