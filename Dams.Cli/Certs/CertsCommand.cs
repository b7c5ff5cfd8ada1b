using System.CommandLine;
using Dams.Cli.Cluster;
using Dams.Cli.CommandLine;
using Dams.Hosting.Tls;
using Dams.Hosting.Topology;

namespace Dams.Cli.Certs;

/// <summary><c>dams certs</c>: makes, renews and lists the certificates with which the hosts of a cluster know each other.</summary>
internal static class CertsCommand
{
    private const string Description = """
        Make, renew and list the certificates with which the hosts of a cluster know each other.

        dams.json names the hosts and the folder ("tls": { "folder": "certs" }). Copy to each host ca.pem and the file of that host,
        and nothing else. Only this command needs ca.key: keep it elsewhere, and name it with --ca-key. Running processes check the
        files every second, so you can renew certificates without a stop:

          1. dams certs renew    make new certificates for all hosts; the old ones stay valid until they end
          2. copy each host's file to that host: its processes write "in use" to their logs
        """;

    private static readonly UpOptions Defaults = new();

    public static Command Create(CliConsole console)
    {
        var config = new Option<string?>("--config") { Description = "Use the hosts and the folder of this dams.json.", HelpName = "FILE" };
        var data = new Option<string>("--data")
        {
            Description = "Use the dams.json in this data folder.",
            DefaultValueFactory = _ => Path.Combine(".", Defaults.DataFolder),
            HelpName = "FOLDER",
        };
        var authorityKey = new Option<string?>("--ca-key")
        {
            Description = "Keep the key of the cluster's authority in this file. The default is ca.key in the folder of the certificates.",
            HelpName = "FILE",
        };
        var days = new Option<int>("--days")
        {
            Description = "Make certificates of hosts that last this many days.",
            DefaultValueFactory = _ => ClusterAuthority.HostDaysDefault,
            HelpName = "DAYS",
            CustomParser = Numbers.Between("--days", 1, ClusterAuthority.HostDaysMax),
        };
        var authorityDays = new Option<int>("--ca-days")
        {
            Description = "Make an authority that lasts this many days.",
            DefaultValueFactory = _ => ClusterAuthority.AuthorityDaysDefault,
            HelpName = "DAYS",
            CustomParser = Numbers.Between("--ca-days", 1, ClusterAuthority.AuthorityDaysMax),
        };
        var hosts = new Argument<string[]>("HOST")
        {
            Description = "The hosts whose certificates are renewed; all by default.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        return new Command("certs", Description)
        {
            Verb(new Command("new", "Make the authority and a certificate for each host. Files that exist already are not changed.")
            {
                authorityKey, days, authorityDays,
            }, (topology, tls, parsed) => New(
                console, FolderOf(topology, tls, parsed), tls, parsed.GetValue(authorityDays), parsed.GetValue(days))),
            Verb(new Command("renew", "Make new certificates for hosts, with new keys. The old ones stay valid until they end.")
            {
                hosts, authorityKey, days,
            }, (topology, tls, parsed) => Renew(
                console, topology, FolderOf(topology, tls, parsed), parsed.GetValue(hosts) ?? [], parsed.GetValue(days))),
            Verb(new Command("list", "List the certificates with their ends. The exit code is 1 if one ends within 30 days, or is wrong."),
                (topology, tls, _) => CertsList.Write(console, topology, tls, DateTimeOffset.UtcNow)),
        };

        CertificateFolder FolderOf(ClusterTopology topology, TlsSettings tls, ParseResult parsed) =>
            new(topology, tls, Path.GetFullPath(parsed.GetValue(authorityKey) ?? tls.AuthorityKeyFile), DateTimeOffset.UtcNow);

        Command Verb(Command verb, Func<ClusterTopology, TlsSettings, ParseResult, int> run)
        {
            verb.Options.Add(config);
            verb.Options.Add(data);
            verb.Validators.Add(result =>
            {
                if (result.GetResult(config) is { Implicit: false } && result.GetResult(data) is { Implicit: false })
                    result.AddError("--config and --data don't go together: each names the dams.json. Use only one of them.");
            });
            verb.SetAction(parsed =>
            {
                var file = parsed.GetValue(config) ?? Path.Combine(parsed.GetValue(data)!, ClusterTopology.FileName);
                if (Read(console, file) is not var (topology, tls))
                    return CliExitCodes.Usage;
                try
                {
                    return run(topology, tls, parsed);
                }
                catch (CertificateException problem)
                {
                    console.Error.WriteLine(problem.Message);
                    return CliExitCodes.Usage;
                }
            });
            return verb;
        }
    }

    private static (ClusterTopology Topology, TlsSettings Tls)? Read(CliConsole console, string file)
    {
        var reading = TopologyReader.ReadFile(file);
        foreach (var problem in reading.Problems)
            console.Error.WriteLine(problem);
        if (reading.Topology is not { } topology)
            return null;
        if (topology.Tls is { } tls)
            return (topology, tls);
        console.Error.WriteLine($"{file} names no folder for certificates: add \"tls\": {{ \"folder\": \"certs\" }} to it. "
            + "A cluster on one machine needs no certificates");
        return null;
    }

    private static int New(CliConsole console, CertificateFolder folder, TlsSettings tls, int authorityDays, int days)
    {
        var made = folder.MakeMissing(authorityDays, days);
        foreach (var file in made)
            console.Out.WriteLine($"Made {file}");
        if (made.Count > 0)
        {
            console.Out.WriteLine("Copy ca.pem and the host's own file to each host, with mode 600. Keep ca.key elsewhere.");
            return CliExitCodes.Success;
        }

        console.Error.WriteLine($"All certificates are in {tls.Folder} already: dams certs renew makes new ones");
        return CliExitCodes.OtherOutcome;
    }

    private static int Renew(CliConsole console, ClusterTopology topology, CertificateFolder folder, string[] hosts, int days)
    {
        if (hosts.FirstOrDefault(host => !topology.Hosts.ContainsKey(host)) is { } unknown)
        {
            console.Error.WriteLine($"there is no host {unknown}; there are {string.Join(", ", topology.Hosts.Keys)}");
            return CliExitCodes.Usage;
        }

        foreach (var file in folder.Renew(hosts.Length > 0 ? hosts.Distinct() : topology.Hosts.Keys, days))
            console.Out.WriteLine($"Made {file}");
        console.Out.WriteLine("Copy each file to its host. The certificates that are in use there stay valid until they end.");
        return CliExitCodes.Success;
    }
}
