using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Dams.Contracts.Soap;
using Spectre.Console;

namespace Dams.Cli.Client;

/// <summary>Writes the result of a call, for people or for programs.</summary>
internal sealed class ReportPrinter(CliConsole console)
{
    /// <summary>Writes a sentence and a table. A fault goes to standard error.</summary>
    public void PrintText(CallReport report)
    {
        switch (report)
        {
            case CallReport.Answer answer:
                console.Out.WriteLine($"{answer.Outcome} (no. {answer.Sequence.ToString(CultureInfo.InvariantCulture)}): {answer.Message}");
                PrintRows(answer);
                break;
            case CallReport.Fault fault:
                PrintFault(fault);
                break;
        }
    }

    /// <summary>Writes one JSON object to standard output: <c>{outcome, message, sequence, …}</c> or <c>{fault: {…}}</c>.</summary>
    public void PrintJson(CallReport report)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (report is CallReport.Answer answer)
                WriteAnswer(json, answer);
            else if (report is CallReport.Fault fault)
                WriteFault(json, fault);
            json.WriteEndObject();
        }

        console.Out.WriteLine(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }

    private void PrintRows(CallReport.Answer answer)
    {
        if (answer.Slots is { } slots)
        {
            Print(["appointment", "type", "capacity", "remaining"], slots.Select(slot => new[]
            {
                slot.AppointmentId, slot.AppointmentType.ToString(),
                slot.Capacity.ToString(CultureInfo.InvariantCulture), slot.Remaining.ToString(CultureInfo.InvariantCulture),
            }));
        }

        if (answer.Bookings is { } bookings)
            Print(["appointment", "type"], bookings.Select(booking => new[] { booking.AppointmentId, booking.AppointmentType.ToString() }));
        if (answer.Relocations is { } relocations)
        {
            Print(["patient", "moved to"],
                relocations.Select(relocation => new[] { relocation.PatientId, relocation.NewAppointmentId ?? "none" }));
        }
    }

    private void Print(string[] headings, IEnumerable<string[]> rows)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var heading in headings)
            table.AddColumn(new TableColumn(heading).NoWrap());
        foreach (var row in rows)
            table.AddRow(row.Select(Markup.Escape).ToArray());
        if (table.Rows.Count > 0)
            console.OutTables.Write(table);
    }

    private void PrintFault(CallReport.Fault fault)
    {
        console.Error.WriteLine($"{fault.Code}{(fault.Field is null ? "" : $" in {fault.Field}")}: {fault.Reason}");
        console.Error.WriteLine(fault.Execution switch
        {
            ExecutionState.NotExecuted => "The request was not executed.",
            ExecutionState.Executed => "The request was executed.",
            _ => $"The request may have been executed. Repeat it safely with --request-id {fault.RequestId}",
        });
        if (fault.RetryAfterMs is { } wait)
            console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Try again after {wait} ms."));
    }

    private static void WriteAnswer(Utf8JsonWriter json, CallReport.Answer answer)
    {
        json.WriteString("outcome", answer.Outcome);
        json.WriteString("message", answer.Message);
        json.WriteNumber("sequence", answer.Sequence);
        if (answer.Type is { } type)
            json.WriteString("appointmentType", type.ToString());
        WriteList(json, "slots", answer.Slots, slot =>
        {
            json.WriteString("appointmentId", slot.AppointmentId);
            json.WriteString("appointmentType", slot.AppointmentType.ToString());
            json.WriteNumber("capacity", slot.Capacity);
            json.WriteNumber("remaining", slot.Remaining);
        });
        WriteList(json, "bookings", answer.Bookings, booking =>
        {
            json.WriteString("appointmentId", booking.AppointmentId);
            json.WriteString("appointmentType", booking.AppointmentType.ToString());
        });
        WriteList(json, "relocations", answer.Relocations, relocation =>
        {
            json.WriteString("patientId", relocation.PatientId);
            if (relocation.NewAppointmentId is { } next)
                json.WriteString("newAppointmentId", next);
        });
    }

    private static void WriteList<T>(Utf8JsonWriter json, string name, T[]? items, Action<T> write)
    {
        if (items is null)
            return;
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFault(Utf8JsonWriter json, CallReport.Fault fault)
    {
        json.WriteStartObject("fault");
        json.WriteString("code", fault.Code);
        if (fault.Field is { } field)
            json.WriteString("field", field);
        json.WriteString("reason", fault.Reason);
        json.WriteString("execution", fault.Execution.ToString());
        if (fault.RequestId is { } requestId)
            json.WriteString("requestId", requestId);
        if (fault.RetryAfterMs is { } wait)
            json.WriteNumber("retryAfterMs", wait);
        json.WriteEndObject();
    }
}
