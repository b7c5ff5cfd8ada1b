using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Dams.Tests.Processes.ThirdParty;

/// <summary>
/// A third-party SOAP client, as a script in <c>Dams.Tests.Processes/clients</c>. The script takes the address of the WSDL and the SOAP
/// version. It runs the original test scenario T1 to T11 on a fresh service, with a call of every other operation. Then it reads an empty
/// list and a list of one, repeats a call with its request id, and provokes faults. It prints a line for each case.
/// </summary>
/// <param name="Name">The client's name in the test cases, and its heading in docs/CLIENTS.md.</param>
/// <param name="Program">The program that runs the script.</param>
/// <param name="Script">The path of the script in the folder of clients.</param>
/// <param name="Version">
/// The program's arguments for a command that prints the client's version. It is run in the script's folder, and exits 0 only if
/// everything that the script needs is installed.
/// </param>
internal sealed record ThirdPartyClient(string Name, string Program, string Script, params string[] Version)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    public static readonly ThirdPartyClient Php = new(
        "PHP SoapClient", "php", "php/scenario.php", "-r", "echo 'PHP ', PHP_VERSION; exit(extension_loaded('soap') ? 0 : 1);");

    // Debian installs the package for Debian's own interpreter. Another interpreter may be first on the path.
    public static readonly ThirdPartyClient Zeep = new(
        "Python zeep", "/usr/bin/python3", "zeep/scenario.py", "-c", "import zeep; print('zeep', zeep.__version__)");

    public static readonly ThirdPartyClient Suds = new(
        "Python suds", "/usr/bin/python3", "suds/scenario.py", "-c", "import suds; print('suds', suds.__version__)")
    {
        SoapVersions = ["1.1"],
    };

    /// <summary>Is given the namespace, and reads no WSDL.</summary>
    public static readonly ThirdPartyClient SoapLite = new(
        "Perl SOAP::Lite", "perl", "perl/scenario.pl", "-MSOAP::Lite", "-e", "print 'SOAP::Lite ', SOAP::Lite->VERSION");

    public static readonly ThirdPartyClient NodeSoap = OfNode("Node soap", "node/soap.js", "soap");

    public static readonly ThirdPartyClient StrongSoap = OfNode("Node strong-soap", "node/strong-soap.js", "strong-soap");

    public static readonly ThirdPartyClient EasySoapRequest =
        OfNode("Node easy-soap-request", "node/easy-soap-request.js", "easy-soap-request");

    /// <summary>A collection of Postman, which newman runs.</summary>
    public static readonly ThirdPartyClient Postman = OfNode("Postman", "node/newman.js", "newman");

    public static readonly ThirdPartyClient Curl = new("curl", "sh", "curl/scenario.sh", "-c", "curl --version | grep -o '^curl [0-9.]*'");

    /// <summary>A page of the service's own origin.</summary>
    public static readonly ThirdPartyClient Fetch = new(
        "Browser fetch", "sh", "browser/fetch.sh", "-c", "node --version >/dev/null && curl --version >/dev/null && chromium --version");

    /// <summary>A page of the service's own origin.</summary>
    public static readonly ThirdPartyClient JQuerySoap = Fetch with
    {
        Name = "Browser jquery.soap",
        Script = "browser/jquery-soap.sh",
        Version =
        [
            "-c",
            Fetch.Version[1] + " && cd ../node && node -p \"['jquery.soap', 'jquery']"
                + ".map((name) => name + ' ' + require(name + '/package.json').version).join(', ')\"",
        ],
    };

    public static readonly ThirdPartyClient JaxWs = new(
        "Java JAX-WS",
        "sh",
        "java/scenario.sh",
        "-c",
        "command -v javac >/dev/null && test -e /usr/share/java/jaxws-rt.jar && wsimport -version 2>&1");

    /// <summary>Knows no binding of SOAP 1.2, so it is given a WSDL without one.</summary>
    public static readonly ThirdPartyClient Axis = new(
        "Java Axis 1.4",
        "sh",
        "axis/scenario.sh",
        "-c",
        "command -v javac >/dev/null && basename \"$(readlink -e /usr/share/java/axis.jar)\" .jar")
    {
        SoapVersions = ["1.1"],
    };

    public static readonly ThirdPartyClient GsoapC = OfGsoap("gSOAP C", "gsoap/c.sh", "gcc");

    public static readonly ThirdPartyClient GsoapCpp = OfGsoap("gSOAP C++", "gsoap/cpp.sh", "g++");

    public static readonly ThirdPartyClient KdSoap = new(
        "KDSoap",
        "sh",
        "kdsoap/scenario.sh",
        "-c",
        "type kdwsdl2cpp moc g++ pkg-config >/dev/null && echo \"Qt $(pkg-config --modversion Qt5Core)\" && "
            + "find /usr/lib -name 'libkdsoap.so.*.*'")
    {
        TakesLong = true,
    };

    public static readonly ThirdPartyClient Mono = new(
        "Mono", "sh", "mono/scenario.sh", "-c", "type wsdl mcs >/dev/null && mono --version | grep -o 'version [0-9.]*'")
    {
        TakesLong = true,
    };

    /// <summary>Has a contract of its own. <see cref="Soap.ServiceModelClientTests"/> call the service by the shared one.</summary>
    public static readonly ThirdPartyClient DotNet = new(".NET", "sh", "dotnet/scenario.sh", "-c", "dotnet --version");

    /// <summary>Uses the standard library only.</summary>
    public static readonly ThirdPartyClient Go = new("Go", "sh", "go/scenario.sh", "-c", "go version") { TakesLong = true };

    /// <summary>Speaks the original system's contract, in PHP. Its scenario is a shorter one.</summary>
    public static readonly ThirdPartyClient PhpFrontEnd =
        Php with { Name = "PHP SoapClient, original contract", Script = "php/front-end.php" };

    /// <summary>Speaks the original system's contract, in Python. Its scenario is a shorter one.</summary>
    public static readonly ThirdPartyClient ZeepFrontEnd =
        Zeep with { Name = "Python zeep, original contract", Script = "zeep/front_end.py" };

    /// <summary>Calls the original system's contract as the original system's clients do. Its scenario is a shorter one.</summary>
    public static readonly ThirdPartyClient JaxWsFrontEnd =
        JaxWs with { Name = "Java JAX-WS, original contract", Script = "java/front-end.sh" };

    /// <summary>The clients that docs/CLIENTS.md is about.</summary>
    public static IReadOnlyList<ThirdPartyClient> All { get; } =
    [
        Php, Zeep, Suds, SoapLite, NodeSoap, StrongSoap, EasySoapRequest, Postman, Curl, Fetch, JQuerySoap, JaxWs, Axis, GsoapC,
        GsoapCpp, KdSoap, Mono, DotNet, Go,
    ];

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

        // After T11 the patient has no booking.
        "Empty Scheduled 0",

        // A slot for Dental in the evening with five places is added twice with one request id, and once more with another.
        "Repeat Added Added same",
        "Another AlreadyExists later",

        // The number of slots for Dental, and the fields of the first.
        "One 1 MTLE210422 Dental 5 5",

        // A patient adds a slot; an administrator adds one with capacity 0. The field of a fault stands only where it has one.
        "Fault NotPermitted NotExecuted",
        "Fault InvalidRequest capacity NotExecuted",
    ];

    /// <summary>The SOAP versions that the client speaks.</summary>
    public IReadOnlyList<string> SoapVersions { get; init; } = ["1.1", "1.2"];

    /// <summary>
    /// Whether it takes long to install the client or to generate its code. Such a client runs only with <c>DAMS_REQUIRE_CLIENTS=all</c>.
    /// </summary>
    public bool TakesLong { get; init; }

    /// <summary>The folder of the scripts.</summary>
    public static string Folder { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "clients"));

    private string ScriptPath => Path.Combine(Folder, Script);

    /// <summary>The version that is installed on this machine, or null if something is missing.</summary>
    public string? InstalledVersion()
    {
        try
        {
            var (exitCode, output, _) = Run(Program, Version, Path.GetDirectoryName(ScriptPath)!);
            return exitCode == 0 ? output.Trim() : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Runs the scenario.</summary>
    /// <param name="wsdl">The address of the WSDL, with <c>?wsdl</c>.</param>
    /// <param name="soapVersion">1.1 or 1.2.</param>
    /// <returns>The lines that the scenario printed, and after them its exit code and errors if it failed.</returns>
    public IReadOnlyList<string> RunScenario(Uri wsdl, string soapVersion = "1.1")
    {
        var (exitCode, output, errors) = Run(Program, [ScriptPath, wsdl.AbsoluteUri, soapVersion], Path.GetDirectoryName(ScriptPath)!);
        List<string> lines = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        if (exitCode != 0)
            lines.Add($"exit code {exitCode}: {errors}");
        return lines;
    }

    public override string ToString() => Name;

    /// <summary>Runs a program to its end, or ends it after two minutes.</summary>
    public static (int ExitCode, string Output, string Errors) Run(
        string program, IReadOnlyList<string> arguments, string folder, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
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

    private static ThirdPartyClient OfNode(string name, string script, string package) =>
        new(name, "node", script, "-p", $"const {{ name, version }} = require('{package}/package.json'); name + ' ' + version");

    private static ThirdPartyClient OfGsoap(string name, string script, string compiler) =>
        new(name, "sh", script, "-c", $"type wsdl2h {compiler} >/dev/null && test -e /usr/include/stdsoap2.h && soapcpp2 -V");

    private static string ThisFile([CallerFilePath] string thisFile = "") => thisFile;
}
