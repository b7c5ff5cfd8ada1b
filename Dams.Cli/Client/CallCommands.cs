using System.CommandLine;
using System.CommandLine.Parsing;
using Dams.Cli.CommandLine;
using Dams.Contracts.Domain;

namespace Dams.Cli.Client;

/// <summary>The commands that call the service, one for each operation.</summary>
internal sealed class CallCommands
{
    /// <summary>The address of the service of the default cluster.</summary>
    public const string DefaultUrl = "http://127.0.0.1:8080/" + ServicePath;

    /// <summary>The path of the service at its front end.</summary>
    public const string ServicePath = "AppointmentService";

    private const int UrlCharactersMax = 500;
    private readonly CliConsole _console;

    private readonly Option<string> _caller = new("--as")
    {
        Description = "Call as this administrator (MTLA1234) or patient (MTLP1234). The default is PATIENT.",
        HelpName = "ID",
    };

    private readonly Option<string> _admin = new("--as")
    {
        Description = "Call as this administrator, such as MTLA1234.",
        Required = true,
        HelpName = "ID",
    };

    private readonly FrontEndOptions _frontEnds = new();
    private readonly Option<string> _requestId = RequestIdOption();
    private readonly Option<bool> _json = new("--json") { Description = "Write one JSON object." };
    private readonly Argument<string> _patient = new("PATIENT") { Description = "A patient: MTL, QUE or SHE, then P, then four digits." };
    private readonly Argument<string> _id = new("ID") { Description = "An appointment: MTL, QUE or SHE, then M, A or E, then ddMMyy." };
    private readonly Argument<AppointmentType> _type = TypeArgument("TYPE");

    public CallCommands(CliConsole console) => _console = console;

    public IEnumerable<System.CommandLine.Command> All => [Add(), Remove(), List(), Book(), Schedule(), Cancel(), Swap()];

    public static Option<Uri> UrlOption() => new("--url")
    {
        Description = "Use the service at this address.",
        DefaultValueFactory = _ => new Uri(DefaultUrl),
        HelpName = "URL",
        CustomParser = result => ParseUrl(result, result.Tokens[0].Value),
    };

    /// <summary>Reads an address of the service; null if it is none, which is reported.</summary>
    public static Uri? ParseUrl(ArgumentResult result, string text)
    {
        // An address without a path means the service there.
        if (text.Length <= UrlCharactersMax && Uri.TryCreate(text, UriKind.Absolute, out var url)
            && url.Scheme is "http" or "https" && url.Port > 0)
        {
            if (url.UserInfo.Length == 0)
                return url.AbsolutePath == "/" ? new Uri(url, ServicePath) : url;
            result.AddError("--url has a user in it, and others can read the command line; use --user NAME.");
            return null;
        }

        result.AddError($"--url is '{(text.Length <= UrlCharactersMax ? text : text[..UrlCharactersMax] + "…")}'; "
            + $"expected an http or https address such as {DefaultUrl}");
        return null;
    }

    private System.CommandLine.Command Add()
    {
        var capacity = new Argument<int>("CAPACITY")
        {
            Description = "The number of places, 1 to 1000000.",
            CustomParser = Numbers.Between("CAPACITY", 1, AddAppointment.CapacityMax),
        };
        return Verb("add", "Open a slot.", [_id, _type, capacity], _admin, (client, parsed, caller, requestId) =>
            client.AddAsync(caller, Get(parsed, _id), parsed.GetValue(_type), parsed.GetValue(capacity), requestId));
    }

    private System.CommandLine.Command Remove() => Verb(
        "remove", "Delete a slot and move its patients to later ones.", [_id, _type], _admin,
        (client, parsed, caller, requestId) => client.RemoveAsync(caller, Get(parsed, _id), parsed.GetValue(_type), requestId));

    private System.CommandLine.Command List() => Verb("list", "List all slots of a type in the three hospitals.", [_type], _admin,
        (client, parsed, caller, requestId) => client.ListAsync(caller, parsed.GetValue(_type), requestId));

    private System.CommandLine.Command Book() => Verb("book", "Book a slot for a patient.", [_patient, _id, _type], _caller,
        (client, parsed, caller, requestId) =>
            client.BookAsync(caller, Get(parsed, _patient), Get(parsed, _id), parsed.GetValue(_type), requestId));

    private System.CommandLine.Command Schedule() => Verb("schedule", "List a patient's bookings in all hospitals.", [_patient], _caller,
        (client, parsed, caller, requestId) => client.ScheduleAsync(caller, Get(parsed, _patient), requestId));

    private System.CommandLine.Command Cancel() => Verb("cancel", "Cancel a patient's booking.", [_patient, _id], _caller,
        (client, parsed, caller, requestId) => client.CancelAsync(caller, Get(parsed, _patient), Get(parsed, _id), requestId));

    private System.CommandLine.Command Swap()
    {
        var oldId = new Argument<string>("OLD") { Description = "The appointment to give back." };
        var oldType = TypeArgument("OLDTYPE");
        var newId = new Argument<string>("NEW") { Description = "The appointment to book." };
        var newType = TypeArgument("NEWTYPE");
        return Verb("swap", "Exchange one booking for another in one step.", [_patient, oldId, oldType, newId, newType], _caller,
            (client, parsed, caller, requestId) => client.SwapAsync(
                caller, Get(parsed, _patient), Get(parsed, oldId), parsed.GetValue(oldType), Get(parsed, newId), parsed.GetValue(newType),
                requestId));
    }

    private System.CommandLine.Command Verb(
        string name, string description, Argument[] arguments, Option<string> caller,
        Func<AppointmentClient, ParseResult, string, string, Task<CallReport>> call)
    {
        var command = new System.CommandLine.Command(name, description);
        foreach (var argument in arguments)
            command.Arguments.Add(argument);
        command.Options.Add(caller);
        _frontEnds.AddTo(command);
        command.Options.Add(_requestId);
        command.Options.Add(_json);
        command.SetAction(async (parsed, _) =>
        {
            if (_frontEnds.Open(parsed, _console) is not { } access)
                return CliExitCodes.Usage;
            using var interrupt = new Interrupt();
            using var client = new AppointmentClient(access);
            var requestId = parsed.GetValue(_requestId) ?? AppointmentClient.NewRequestId();
            var who = parsed.GetValue(caller) ?? Get(parsed, _patient);
            try
            {
                var report = await call(client, parsed, who, requestId).WaitAsync(interrupt.Token);
                var printer = new ReportPrinter(_console);
                if (parsed.GetValue(_json))
                    printer.PrintJson(report);
                else
                    printer.PrintText(report);
                return report.ExitCode;
            }
            catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
            {
                _console.Error.WriteLine(
                    $"Interrupted. The request may have been executed. Repeat it safely with --request-id {requestId}");
                return interrupt.ExitCode;
            }
        });
        return command;
    }

    private static string Get(ParseResult parsed, Argument<string> argument) => parsed.GetValue(argument)!;

    private static Option<string> RequestIdOption()
    {
        var option = new Option<string>("--request-id")
        {
            Description = $"Give the request this id, at most {RequestIdText.CharactersMax} characters. "
                + "A request that is repeated with its id is executed once. By default the tool makes an id.",
            HelpName = "TEXT",
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count != 1)
                return;
            var id = result.Tokens[0].Value;
            if (id.Length == 0 || RequestIdText.IsTooLong(id))
                result.AddError($"--request-id must have 1 to {RequestIdText.CharactersMax} characters.");
        });
        return option;
    }

    // The library alone would accept numbers as types, too.
    private static Argument<AppointmentType> TypeArgument(string name)
    {
        var names = string.Join(", ", Enum.GetNames<AppointmentType>());
        var argument = new Argument<AppointmentType>(name) { Description = $"One of {names}.", HelpName = name };
        argument.CustomParser = result => ParseType(result, name, names);
        argument.CompletionSources.Add(Enum.GetNames<AppointmentType>());
        return argument;
    }

    private static AppointmentType ParseType(ArgumentResult result, string name, string names)
    {
        var text = result.Tokens[0].Value;
        foreach (var type in Enum.GetValues<AppointmentType>())
        {
            if (string.Equals(type.ToString(), text, StringComparison.OrdinalIgnoreCase))
                return type;
        }

        result.AddError($"{name} is '{text}'; expected one of {names}.");
        return default;
    }
}
