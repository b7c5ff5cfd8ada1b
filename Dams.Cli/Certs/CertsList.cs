using System.Globalization;
using Dams.Hosting.Tls;
using Dams.Hosting.Topology;
using Spectre.Console;

namespace Dams.Cli.Certs;

/// <summary>Writes the table of <c>dams certs list</c>.</summary>
internal static class CertsList
{
    /// <summary>Writes a row for each certificate that is on this machine.</summary>
    /// <returns>0 if all are right, and 1 if an operator should do something.</returns>
    public static int Write(CliConsole console, ClusterTopology topology, TlsSettings tls, DateTimeOffset now)
    {
        var findings = CertificateFinding.FindAll(topology, tls, now);
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumn("certificate").AddColumn("ends").AddColumn("days left").AddColumn("file").AddColumn("state");
        foreach (var finding in findings)
        {
            table.AddRow(
                Markup.Escape(finding.Owner),
                finding.End?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "",
                finding.End is { } end ? ((long)Math.Floor((end - now.UtcDateTime).TotalDays)).ToString(CultureInfo.InvariantCulture) : "",
                Markup.Escape(Path.GetFileName(finding.PemPath)),
                Markup.Escape(finding.Problem ?? "right"));
        }

        console.OutTables.Write(table);
        return findings.All(finding => finding.Problem is null) ? CliExitCodes.Success : CliExitCodes.OtherOutcome;
    }
}
