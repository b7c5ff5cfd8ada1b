using System.Net;
using System.Net.Sockets;
using Dams.Hosting;
using Dams.Hosting.Processes;
using Dams.Hosting.Topology;
using Dams.Ordering;
using Dams.Ordering.Storage;

namespace Dams.Tests.Hosting;

public sealed class ProcessesTests
{
    private TestFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TestFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    [Test]
    public void A_process_is_alive_only_with_its_own_start_time_and_kernel_boot()
    {
        Assert.That(ProcessIdentity.Current.IsAlive, Is.True);
        Assert.That((ProcessIdentity.Current with { StartTicks = 1 }).IsAlive, Is.False);
        Assert.That((ProcessIdentity.Current with { BootId = "other" }).IsAlive, Is.False);
        Assert.That(ProcessIdentity.Of(int.MaxValue), Is.Null);
    }

    [Test]
    public void An_identity_reads_as_it_was_written()
    {
        Assert.That(ProcessIdentity.TryParse(ProcessIdentity.Current + "\n", out var read), Is.True);
        Assert.That(read, Is.EqualTo(ProcessIdentity.Current));
    }

    [TestCase("")]
    [TestCase("1 2")]
    [TestCase("x 2 b")]
    [TestCase("-1 2 b")]
    [TestCase("1 2 b c")]
    public void Anything_else_is_no_identity(string text) => Assert.That(ProcessIdentity.TryParse(text, out _), Is.False);

    [Test]
    public void A_folder_is_held_by_one_process_and_free_afterwards()
    {
        using (var held = PidFile.TryHold(_folder.Path, "replica1"))
        {
            Assert.That(held, Is.Not.Null);
            Assert.That(PidFile.TryHold(_folder.Path, "replica1"), Is.Null);
            Assert.That(PidFile.FindRunning(_folder.Path, "replica1"), Is.EqualTo(ProcessIdentity.Current));
        }

        Assert.That(PidFile.FindRunning(_folder.Path, "replica1"), Is.Null);
        PidFile.TryHold(_folder.Path, "replica1")!.Dispose();
    }

    [Test]
    public void A_pid_file_of_a_process_that_is_gone_names_nobody()
    {
        File.WriteAllText(PidFile.PathOf(_folder.Path, "replica1"),
            PidFile.TextOf(_folder.Path, ProcessIdentity.Current with { StartTicks = 5 }));
        Assert.That(PidFile.FindRunning(_folder.Path, "replica1"), Is.Null);
        File.WriteAllText(PidFile.PathOf(_folder.Path, "replica1"), "rubbish");
        Assert.That(PidFile.FindRunning(_folder.Path, "replica1"), Is.Null);
    }

    [Test]
    public void A_copied_pid_file_names_nobody()
    {
        using var held = PidFile.TryHold(_folder.File("data"), "replica1");
        TestFolder.Copy(_folder.File("data"), _folder.File("copy"));
        Assert.That(PidFile.FindRunning(_folder.File("copy"), "replica1"), Is.Null);
        using (var copy = PidFile.TryHold(_folder.File("copy"), "replica1"))
            Assert.That(PidFile.FindRunning(_folder.File("copy"), "replica1"), Is.EqualTo(ProcessIdentity.Current));
        Assert.That(PidFile.FindRunning(_folder.File("data"), "replica1"), Is.EqualTo(ProcessIdentity.Current));
    }

    [Test]
    public void A_pid_file_without_the_folder_of_its_process_names_nobody()
    {
        File.WriteAllText(PidFile.PathOf(_folder.Path, "replica1"), ProcessIdentity.Current + "\n");
        Assert.That(PidFile.FindRunning(_folder.Path, "replica1"), Is.Null);
    }

    [Test]
    public void A_folder_that_cannot_be_written_is_an_error_and_not_reported_as_held()
    {
        // Nobody can open a link to itself, not even root.
        File.CreateSymbolicLink(_folder.File("replica1.lock"), _folder.File("replica1.lock"));
        Assert.That(() => PidFile.TryHold(_folder.Path, "replica1"), Throws.InstanceOf<IOException>());
        Assert.That(() => FolderLock.Take(Directory.CreateDirectory(_folder.File("log")).FullName).Dispose(), Throws.Nothing);
        File.Delete(_folder.File("log", "lock"));
        File.CreateSymbolicLink(_folder.File("log", "lock"), _folder.File("log", "lock"));
        Assert.That(() => FolderLock.Take(_folder.File("log")), Throws.InstanceOf<IOException>());
    }

    [Test]
    [Platform("Linux")]
    public void A_folder_is_released_if_its_pid_file_cannot_be_written()
    {
        File.CreateSymbolicLink(PidFile.PathOf(_folder.Path, "replica1") + ".new", "/dev/full");
        var full = Assert.Throws<IOException>(() => PidFile.TryHold(_folder.Path, "replica1"))!;
        Assert.That(StorageProblem.TextOf(new InvalidOperationException("The log can't be opened", full)),
            Is.EqualTo("The log can't be opened. Make room on that disk, and start again."));
        File.Delete(PidFile.PathOf(_folder.Path, "replica1") + ".new");
        PidFile.TryHold(_folder.Path, "replica1")!.Dispose();
    }

    [Test]
    public void A_process_deletes_its_own_pid_file_and_not_its_successor_s()
    {
        var first = PidFile.TryHold(_folder.File("data"), "replica1")!;
        Directory.Move(_folder.File("data"), _folder.File("aside"));
        using var next = PidFile.TryHold(_folder.File("data"), "replica1");
        first.Dispose();
        Assert.That(PidFile.FindRunning(_folder.File("data"), "replica1"), Is.EqualTo(ProcessIdentity.Current));
    }

    [Test]
    public void A_folder_can_be_moved_aside_while_it_is_held()
    {
        using var held = PidFile.TryHold(_folder.File("data"), "replica1");
        Directory.Move(_folder.File("data"), _folder.File("aside"));
    }

    [Test]
    public void A_program_is_found_beside_the_running_assembly()
    {
        foreach (var role in Enum.GetValues<NodeRole>())
            Assert.That(File.Exists(ProgramLocator.Find(role).File));
        Assert.That(Path.GetFileName(ProgramLocator.FindHost()), Is.EqualTo("dotnet"));
    }

    [Test]
    public void A_program_is_found_in_the_sibling_projects_output_of_the_same_configuration()
    {
        var own = _folder.File("Dams.Cli", "bin", "Release", "net10.0");
        var sibling = _folder.File("Dams.Replica", "bin", "Release", "net10.0");
        Directory.CreateDirectory(own);
        Directory.CreateDirectory(sibling);
        // The build leaves this file beside the tool, without the assembly.
        File.WriteAllText(Path.Combine(own, "Dams.Replica.runtimeconfig.json"), "{}");
        Assert.That(() => ProgramLocator.Find("Dams.Replica", own), Throws.TypeOf<FileNotFoundException>().With.Message.Contains(sibling));
        File.WriteAllText(Path.Combine(sibling, "Dams.Replica.dll"), "");
        File.WriteAllText(Path.Combine(sibling, "Dams.Replica.runtimeconfig.json"), "{}");
        Assert.That(
            ProgramLocator.Find("Dams.Replica", own + Path.DirectorySeparatorChar).File,
            Is.EqualTo(Path.Combine(sibling, "Dams.Replica.dll")));
    }

    [Test]
    public void Every_port_that_is_in_use_is_named_with_its_setting()
    {
        var topology = ClusterTopology.Default(address: _folder.Address, dataFolder: _folder.Path);
        Assert.That(PortConflict.FindAll(topology, null), Is.Empty);
        using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        udp.Bind(new IPEndPoint(_folder.Address, 8083));
        using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        tcp.Bind(new IPEndPoint(_folder.Address, 8093));
        tcp.Listen();
        using var control = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        control.Bind(new IPEndPoint(_folder.Address, 8081));
        control.Listen();
        var conflicts = PortConflict.FindAll(topology, null);
        Assert.That(conflicts.Select(conflict => $"{conflict.Owner} {conflict.Setting}"),
            Is.EqualTo(new[] { "control $.control.port", "sequencer2 $.sequencers[1].port", "replica3 $.replicas[2].port" }));
        Assert.That(conflicts[2].ToString(), Does.Contain($"{_folder.Address}:8093").And.Contain("in use").And.Contain("--ports-from"));
    }

    [TestCase("::", "::")]
    [TestCase("::", "0.0.0.0")]
    [TestCase("::1", "::1")]
    [TestCase("127.0.0.1", "::", Description = "all addresses of IPv6 are all of IPv4, too")]
    public void A_port_in_use_is_found_over_IPv4_and_IPv6(string listen, string other)
    {
        using var taken = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
        taken.Bind(new IPEndPoint(IPAddress.Parse(other).MapToIPv6(), 0));
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        var topology = ClusterTopology.Default(address: _folder.Address, dataFolder: _folder.Path);
        topology = topology with
        {
            Sequencers = [topology.Sequencers[0] with { Listen = new NodeAddress(IPAddress.Parse(listen), port), Host = "a" }],
        };
        Assert.That(PortConflict.FindAll(topology, "a").Select(conflict => conflict.ToString()),
            Is.EqualTo(new[]
            {
                $"{topology.Sequencers[0].Listen}, the port of sequencer1, is in use by another program: "
                    + "stop that program, or change $.sequencers[0].port in dams.json "
                    + "(or use dams up --ports-from if the data folder is new)",
            }));
        Assert.That(PortConflict.FindAll(topology, "b"), Is.Empty);
    }

    [Test]
    public void An_address_conflict_is_recognised_through_wrapping_exceptions()
    {
        var inUse = new SocketException((int)SocketError.AddressAlreadyInUse);
        Assert.That(PortConflict.IsCauseOf(new IOException("x", new InvalidOperationException("y", inUse))), Is.True);
        Assert.That(PortConflict.IsCauseOf(new IOException("x", new SocketException((int)SocketError.TimedOut))), Is.False);
    }
}
