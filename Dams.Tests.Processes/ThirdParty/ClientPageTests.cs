using System.Net;
using Dams.Contracts.Domain;
using Dams.Tests.Hosting;
using Dams.Tests.Soap;

namespace Dams.Tests.Processes.ThirdParty;

/// <summary>
/// A new user copies the files of a section of docs/CLIENTS.md into an empty folder, runs its commands, and sees what the page prints.
/// The snippet removes what it adds, so that it and the others can run again.
/// </summary>
[Category("ThirdPartyClients")]
[Parallelizable]
internal sealed class ClientPageTests
{
    // Servers of a snippet's own end with its commands, also if one of these fails.
    private const string EndJobs = "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n";

    private static readonly ClientPage s_page = ClientPage.Load();
    private string _programs = null!;

    private static IEnumerable<string> Stacks() => s_page.Sections.Select(section => section.Name);

    [OneTimeSetUp]
    public void MakePrograms()
    {
        _programs = Directory.CreateTempSubdirectory("dams-programs-").FullName;
        WrapChromium();
    }

    [OneTimeTearDown]
    public void DeletePrograms() => Directory.Delete(_programs, recursive: true);

    [Test]
    public void Each_stack_of_the_tests_has_a_row_and_a_section_and_there_are_no_others()
    {
        var stacks = ThirdPartyClient.All.Select(client => client.Name).Order().ToList();
        Assert.Multiple(() =>
        {
            Assert.That(s_page.Rows.Select(row => row.Stack).Order(), Is.EqualTo(stacks), "rows of the table in docs/CLIENTS.md");
            Assert.That(Stacks().Order(), Is.EqualTo(stacks), "sections of docs/CLIENTS.md");
        });
    }

    [Test]
    public void The_table_has_the_soap_versions_that_the_tests_use() => Assert.That(
        s_page.Rows.Select(row => $"{row.Stack}: {row.SoapVersions}").Order(),
        Is.EqualTo(ThirdPartyClient.All.Select(client => $"{client.Name}: {string.Join(", ", client.SoapVersions)}").Order()));

    [TestCaseSource(nameof(Stacks))]
    public async Task A_snippet_works_as_printed_in_an_empty_folder(string stack)
    {
        var section = s_page.Sections.Single(candidate => candidate.Name == stack);
        Assert.That(section.Problems, Is.Empty, $"the section '{stack}' of docs/CLIENTS.md");
        var client = ThirdPartyClient.All.SingleOrDefault(candidate => candidate.Name == stack);
        Assert.That(client, Is.Not.Null, $"no ThirdPartyClient is named '{stack}'");
        ThirdPartyClientTests.RequireInstalled(client!);
        var book = new DictionaryExecutor();
        await using var server = await SoapTestServer.StartAsync(book);
        using var folder = new TestFolder();
        string Here(string text) => WithAddresses(text, server.BaseAddress, folder.Address);
        foreach (var (name, text) in section.Files)
            await File.WriteAllTextAsync(folder.File(name), Here(text));
        LinkPackages(folder);
        foreach (var run in section.Runs)
        {
            var (exitCode, output, errors) = await Task.Run(() => ThirdPartyClient.Run(
                "bash",
                ["-e", "-c", EndJobs + Here(run.Commands)],
                folder.Path,
                ("PATH", $"{_programs}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}")));
            Assert.That(output, Is.EqualTo(Here(run.Output)), $"exit code {exitCode}, errors: {errors}");
            Assert.That(exitCode, Is.Zero, errors);
        }

        foreach (var type in Enum.GetValues<AppointmentType>())
        {
            var list = new ListAppointmentAvailability(new CallerId(true, Hospital.MTL, 1234), type);
            var left = await book.ExecuteAsync(list, null, CancellationToken.None);
            Assert.That(((ListReply)left.Reply).Slots, Is.Empty, "slots that the snippet leaves behind");
        }
    }

    [TestCase("`a.py`:", "", TestName = "A_section_without_files_is_found")]
    [TestCase("Install:", "Installs:", TestName = "A_section_without_installation_is_found")]
    [TestCase("Run:", "Running it:", TestName = "A_section_without_commands_is_found")]
    [TestCase("It prints:", "You see:", TestName = "A_section_without_output_is_found")]
    [TestCase("```text", "```", TestName = "An_output_of_another_kind_is_found")]
    [TestCase("- A trap.", "```sh\necho untested\n```", TestName = "A_block_that_no_test_runs_is_found")]
    [TestCase("- A trap.", "Run:\n\n```sh\npython3 a.py\n```", TestName = "Commands_without_output_are_found")]
    [TestCase("- A trap.", "`b.py`:\n\n```python\nprint(1)", TestName = "A_block_without_end_is_found")]
    [TestCase("- A trap.", "`a.py`:\n\n```python\nprint(2)\n```", TestName = "A_file_that_stands_twice_is_found")]
    public void A_broken_section_is_found(string old, string instead)
    {
        const string page =
            """
            ## The stacks

            | stack | SOAP |
            |---|---|
            | [Python](#python) | 1.1 |

            ## Python

            `a.py`:

            ```python
            ## no heading
            print(1)
            ```

            Install:

            ```sh
            apt-get install python3
            ```

            Run:

            ```sh
            python3 a.py
            ```

            It prints:

            ```text
            1
            ```

            - A trap.
            """;
        var whole = ClientPage.Read(page);
        Assert.That(whole.Sections.Single().Problems, Is.Empty);
        Assert.That(whole.Sections.Single().Files["a.py"], Is.EqualTo("## no heading\nprint(1)\n"));
        Assert.That(whole.Rows, Is.EqualTo(new[] { ("Python", "1.1") }));
        Assert.That(ClientPage.Read(page.Replace(old, instead, StringComparison.Ordinal)).Sections.Single().Problems, Is.Not.Empty);
    }

    /// <summary>Replaces the addresses of the page, that of the cluster and that of a server of the user's own.</summary>
    private static string WithAddresses(string text, Uri cluster, IPAddress own) => text
        .Replace("http://127.0.0.1:8080", cluster.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal)
        .Replace("http://127.0.0.1:8000", $"http://{own}:8000", StringComparison.Ordinal);

    // Installing the packages of npm is left to `.ci/run`.
    private static void LinkPackages(TestFolder folder)
    {
        var packages = Path.Combine(ThirdPartyClient.Folder, "node", "node_modules");
        if (Directory.Exists(packages))
            Directory.CreateSymbolicLink(folder.File("node_modules"), packages);
    }

    // Chromium has no sandbox for root, and tests may run as root. Users don't.
    private void WrapChromium()
    {
        if (OperatingSystem.IsWindows())
            return;
        var wrapper = Path.Combine(_programs, "chromium");
        File.WriteAllText(wrapper, "#!/bin/sh\nexec /usr/bin/chromium --no-sandbox \"$@\"\n");
        File.SetUnixFileMode(wrapper, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
