using System.Collections.Concurrent;
using System.Diagnostics;
using Dams.Hosting.Processes;
using Dams.Ordering;
using Dams.Tests.Hosting;

namespace Dams.Tests.Processes.Programs;

/// <summary>One of our programs, started by a test; it does not outlive the test.</summary>
internal sealed class TestProcess : IDisposable
{
    /// <summary>The folder of the programs: that of the tests, or that of the published programs in <c>DAMS_PROGRAMS</c>.</summary>
    private static readonly string Programs = Environment.GetEnvironmentVariable("DAMS_PROGRAMS") is { Length: > 0 } published
        ? Path.GetFullPath(published)
        : AppContext.BaseDirectory;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly Task _reading;

    private TestProcess(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        Identity = ProcessIdentity.Of(_process.Id) ?? default;
        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput, _output), ReadAsync(_process.StandardError, _errors));
    }

    public static TestProcess Start(NodeRole role, params IEnumerable<string> arguments) =>
        new(ProgramLocator.Find(ProgramLocator.AssemblyOf(role), Programs).ToStartInfo(arguments));

    public static TestProcess Start(DamsProgram program, params IEnumerable<string> arguments) => new(program.ToStartInfo(arguments));

    public static TestProcess StartDams(params IEnumerable<string> arguments) =>
        new(ProgramLocator.Find("dams", Programs).ToStartInfo(arguments));

    /// <summary>
    /// As <see cref="StartDams(IEnumerable{string})"/>, but the tool reacts to SIGINT even if this test run does not: a program that a
    /// shell starts in the background ignores SIGINT, and so do its children.
    /// </summary>
    public static TestProcess StartInterruptibleDams(params IEnumerable<string> arguments)
    {
        var dams = ProgramLocator.Find("dams", Programs);
        return new(new DamsProgram("env", "--default-signal=INT").ToStartInfo([dams.Host, dams.File, .. arguments]));
    }

    /// <summary>As <see cref="StartDams(IEnumerable{string})"/>, but by a shell, with redirections.</summary>
    public static TestProcess StartDamsInShell(string line, string redirections) => StartShell($"exec dams {line} {redirections}");

    /// <summary>Starts a shell script in which <c>dams</c> is the tool.</summary>
    public static TestProcess StartShell(string script)
    {
        var dams = ProgramLocator.Find("dams", Programs);
        var line = script.Replace("dams ", "\"$0\" \"$1\" ", StringComparison.Ordinal);
        return new(new ProcessStartInfo("/bin/sh", ["-c", line, dams.Host, dams.File]) { RedirectStandardInput = true });
    }

    /// <summary>As <see cref="Start(NodeRole, IEnumerable{string})"/>, with environment variables.</summary>
    public static TestProcess Start(NodeRole role, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments) =>
        new(In(environment, ProgramLocator.Find(ProgramLocator.AssemblyOf(role), Programs).ToStartInfo(arguments)));

    /// <summary>As <see cref="StartDams(IEnumerable{string})"/>, with environment variables.</summary>
    public static TestProcess StartDams(IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments) =>
        new(In(environment, ProgramLocator.Find("dams", Programs).ToStartInfo(arguments)));

    private static ProcessStartInfo In(IReadOnlyDictionary<string, string> environment, ProcessStartInfo start)
    {
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return start;
    }

    /// <summary>As <see cref="Start(NodeRole, IEnumerable{string})"/>, but by a shell that first sets a limit for itself.</summary>
    public static TestProcess StartUnder(string limit, NodeRole role, params IEnumerable<string> arguments)
    {
        var program = ProgramLocator.Find(ProgramLocator.AssemblyOf(role), Programs);
        return new(new DamsProgram("sh", "-c").ToStartInfo([$"{limit}; exec \"$@\"", "sh", program.Host, program.File, .. arguments]));
    }

    public ProcessIdentity Identity { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public IReadOnlyCollection<string> OutputLines => _output;

    public string Output => string.Join('\n', _output);

    public string Errors => string.Join('\n', _errors);

    public StreamWriter Input => _process.StandardInput;

    public void Terminate() => ProcessSignal.Terminate(Identity);

    public void Kill() => _process.Kill();

    /// <summary>Waits for the exit code. The output is complete then, unless a child of the process still holds it open.</summary>
    public async Task<int> ExitAsync()
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(Eventually.Limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"process {Id} has not ended within {Eventually.Limit.TotalSeconds} s; it said: {Output}\n{Errors}");
        }

        await Task.WhenAny(_reading, Task.Delay(TimeSpan.FromSeconds(2)));
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private static async Task ReadAsync(StreamReader reader, ConcurrentQueue<string> lines)
    {
        while (await reader.ReadLineAsync() is { } line)
            lines.Enqueue(line);
    }
}
