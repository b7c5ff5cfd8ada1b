using System.CommandLine;
using Dams.Hosting.Topology;
using Spectre.Console;

namespace Dams.Cli.Versions;

/// <summary><c>dams versions</c>: lists the versions of the engine.</summary>
internal static class VersionsCommand
{
    public static Command Create(CliConsole console)
    {
        var command = new Command("versions", "List the independent versions of the appointment engine that replicas can run.");
        command.SetAction(_ =>
        {
            var table = new Table().Border(TableBorder.Rounded).AddColumn("version").AddColumn("technique");
            foreach (var version in KnownVersions.All)
                table.AddRow(Markup.Escape(version.Name), Markup.Escape(version.Description));
            console.OutTables.Write(table);
            console.Out.WriteLine("Each version was written from the rules alone, so that two versions do not share a mistake. "
                + "A replaced replica comes back with the next version of its list that no other replica runs.");
            return CliExitCodes.Success;
        });
        return command;
    }
}
