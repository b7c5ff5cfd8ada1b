using System.Text.Encodings.Web;
using System.Text.Json;
using Dams.Ordering.Storage;

namespace Dams.Hosting.Topology;

/// <summary>Writes everything that the reader reads, with its effective value.</summary>
internal static class TopologyWriter
{
    public static string Write(ClusterTopology topology, string? folder)
    {
        using var stream = new MemoryStream();
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(stream, options))
            WriteRoot(json, topology, folder);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void WriteRoot(Utf8JsonWriter json, ClusterTopology topology, string? folder)
    {
        // A relative data folder starts at the file's folder. The relative paths after it start at the data folder.
        var dataFolder = folder is null ? null : topology.DataFolder;
        json.WriteStartObject();
        json.WriteString("cluster", topology.Cluster);
        json.WriteString("dataFolder", TopologyPaths.Written(topology.DataFolder, folder));
        json.WriteString("keyFile", TopologyPaths.Written(topology.KeyFile, dataFolder));
        if (topology.PublicBaseUrl is { } url)
            json.WriteString("publicBaseUrl", url.OriginalString);
        WriteTexts(json, "allowedHosts", topology.AllowedHosts);
        if (topology.TrustedProxies.Length > 0)
            WriteTexts(json, "trustedProxies", topology.TrustedProxies.Select(TopologyReader.TextOf));
        if (!topology.Hosts.IsEmpty)
            WriteHosts(json, topology.Hosts.Values);
        WriteNodes(json, "frontEnds", topology.FrontEnds, dataFolder);
        json.WriteStartObject("control");
        if (topology.Hosts.IsEmpty)
            json.WriteString("address", topology.Control.Address.ToString());
        json.WriteNumber("port", topology.Control.Port);
        json.WriteEndObject();
        WriteNodes(json, "sequencers", topology.Sequencers, dataFolder);
        WriteNodes(json, "replicas", topology.Replicas, dataFolder);
        WriteNodes(json, "managers", topology.Managers, dataFolder);
        json.WriteStartObject("log");
        json.WriteString("folder", TopologyPaths.Written(topology.Log.Folder, dataFolder));
        json.WriteNumber("fileBytesMax", topology.Log.FileBytesMax);
        json.WriteNumber("archivesMax", topology.Log.ArchivesMax);
        json.WriteEndObject();
        json.WriteString("durability", topology.Durability == Durability.Disk ? "disk" : "memory");
        json.WriteBoolean("strict", topology.Strict);
        json.WriteStartObject("limits");
        json.WriteNumber("callDeadlineMs", (int)topology.Limits.CallDeadline.TotalMilliseconds);
        json.WriteNumber("requestBytesMax", topology.Limits.RequestBytesMax);
        json.WriteNumber("xmlDepthMax", topology.Limits.XmlDepthMax);
        json.WriteNumber("inFlightCallsMax", topology.Limits.InFlightCallsMax);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteNodes(Utf8JsonWriter json, string name, IEnumerable<ClusterNode> nodes, string? dataFolder)
    {
        json.WriteStartArray(name);
        foreach (var node in nodes)
        {
            json.WriteStartObject();
            json.WriteString("id", node.Id.ToString());
            if (node.Host is { } host)
                json.WriteString("host", host);
            else
                json.WriteString("address", node.Listen.Address.ToString());
            json.WriteNumber("port", node.Listen.Port);
            if (node is ReplicaNode replica)
            {
                WriteTexts(json, "versions", replica.Versions);
                json.WriteString("dataFolder", TopologyPaths.Written(replica.DataFolder, dataFolder));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteHosts(Utf8JsonWriter json, IEnumerable<ClusterHost> hosts)
    {
        json.WriteStartObject("hosts");
        foreach (var host in hosts)
        {
            if (ClusterHost.ListenFor(host.Address).Equals(host.Listen))
            {
                json.WriteString(host.Name, host.Address.Text);
                continue;
            }

            json.WriteStartObject(host.Name);
            json.WriteString("address", host.Address.Text);
            json.WriteString("listen", host.Listen.ToString());
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
