using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Dams.Tests.Processes.ThirdParty;

/// <summary>
/// A third-party SOAP client, as a script in <c>Dams.Tests.Processes/clients</c>. The script takes the address of the WSDL and the SOAP
/// version. It runs the original test scenario T1 to T11 on a fresh service, with a call of every other operation. It prints a line for
/// each case, and one for a fault that it provokes.
/// </summary>
/// <param name="Name">The client's name in the test cases.</param>
/// <param name="Program">The program that runs the script.</param>
/// <param name="Script">The path of the script in the folder of clients.</param>
/// <param name="Probe">
/// The program's arguments for a check, which is run in the script's folder. It exits 0 if everything that the script needs is installed.
/// </param>
internal sealed record ThirdPartyClient(string Name, string Program, string Script, params string[] Probe)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    public static readonly ThirdPartyClient Php =
        new("PHP SoapClient", "php", "php/scenario.php", "-r", "exit(extension_loaded('soap') ? 0 : 1);");

    // Debian installs the package for Debian's own interpreter. Another interpreter may be first on the path.
    public static readonly ThirdPartyClient Zeep = new("Python zeep", "/usr/bin/python3", "zeep/scenario.py", "-c", "import zeep");

    public static readonly ThirdPartyClient NodeSoap = new("Node soap", "node", "node/soap.js", "-e", "require('soap')");

    public static readonly ThirdPartyClient StrongSoap =
        new("Node strong-soap", "node", "node/strong-soap.js", "-e", "require('strong-soap')");

    public static readonly ThirdPartyClient JaxWs = new(
        "Java JAX-WS",
        "sh",
        "java/scenario.sh",
        "-c",
        "command -v wsimport && command -v javac && test -e /usr/share/java/jaxws-rt.jar");

    /// <summary>Speaks the original system's contract, in PHP. Its scenario is a shorter one.</summary>
    public static readonly ThirdPartyClient PhpFrontEnd =
        Php with { Name = "PHP SoapClient, original contract", Script = "php/front-end.php" };

    /// <summary>Speaks the original system's contract, in Python. Its scenario is a shorter one.</summary>
    public static readonly ThirdPartyClient ZeepFrontEnd =
        Zeep with { Name = "Python zeep, original contract", Script = "zeep/front_end.py" };

    /// <summary>Calls the original system's contract as the original system's clients do. Its scenario is a shorter one.</summary>
    public static readonly ThirdPartyClient JaxWsFrontEnd =
        JaxWs with { Name = "Java JAX-WS, original contract", Script = "java/front-end.sh" };

    public static IReadOnlyList<ThirdPartyClient> All { get; } = [Php, Zeep, NodeSoap, StrongSoap, JaxWs];

    /// <summary>The clients that speak the original system's contract.</summary>
    public static IReadOnlyList<ThirdPartyClient> AllOfFrontEnd { get; } = [PhpFrontEnd, ZeepFrontEnd, JaxWsFrontEnd];

    /// <summary>The lines that the scenario of the original system's contract prints on a fresh service.</summary>
    public static IReadOnlyList<string> ExpectedOfFrontEnd { get; } =
    [
        "Added: Physician MTLE210422 is open with 2 places.",
        "Added: Physician MTLM210422 is open with 2 places.",
        "Booked: Physician MTLE210422 is booked for MTLP1234.",
        "Swapped: Physician MTLE210422 is exchanged for Physician MTLM210422 for MTLP1234.",
        "Cancelled: MTLM210422 is cancelled for MTLP1234.",
        "InvalidRequest: menuOption '9' is not an item of the menu: 1 book, 2 cancel, 3 schedule, 4 swap.",
        "Scheduled: MTLP1234 has no bookings.",
        "Listed: 2 Physician appointments.",
        "MTLM210422 Physician 2/2",
        "MTLE210422 Physician 2/2",
        "InvalidRequest: menuOption '0' is not an item of the menu: "
            + "1 add, 2 remove, 3 list, 4 book, 5 schedule, 6 cancel, 7 swap.",
    ];

    /// <summary>The lines that the scenario prints on a fresh service.</summary>
    public static IReadOnlyList<string> Expected { get; } =
    [
        "T1 Added",
        "T2 AlreadyExists",
        "T3 Removed",
        "T4 NotFound",
        "T5 Listed 0",
        "T6 Booked",
        "T7 AlreadyBooked",
        "T8 Scheduled MTLE210422",
        "T9 Swapped",
        "T10 Cancelled Physician",
        "T11 NotBooked",
        "Fault NotPermitted NotExecuted",
    ];

    private string ScriptPath => Path.Combine(Folder(), Script);

    /// <summary>Whether the script can run on this machine.</summary>
    public bool IsInstalled()
    {
        try
        {
            return Run(Probe).ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Runs the scenario.</summary>
    /// <param name="wsdl">The address of the WSDL, with <c>?wsdl</c>.</param>
    /// <param name="soapVersion">1.1 or 1.2.</param>
    /// <returns>The lines that the scenario printed, and after them its exit code and errors if it failed.</returns>
    public IReadOnlyList<string> RunScenario(Uri wsdl, string soapVersion = "1.1")
    {
        var (exitCode, output, errors) = Run([ScriptPath, wsdl.AbsoluteUri, soapVersion]);
        List<string> lines = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        if (exitCode != 0)
            lines.Add($"exit code {exitCode}: {errors}");
        return lines;
    }

    public override string ToString() => Name;

    private (int ExitCode, string Output, string Errors) Run(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(Program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(ScriptPath)!,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            return (-1, output.Result, $"not finished after {s_patience}");
        }

        return (process.ExitCode, output.Result, errors.Result);
    }

    private static string Folder([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "clients"));
}
