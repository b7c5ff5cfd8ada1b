using Dams.Cli.Client;
using Dams.Contracts.Domain;
using Microsoft.Extensions.Logging;

namespace Dams.Cli.Menu;

/// <summary>
/// The menu of an administrator or a patient, in the order of the original client. It ends with its last item, or at the end of the input.
/// </summary>
internal sealed class ClientMenu(CallerId user, AppointmentClient client, MenuInput input, ReportPrinter printer, ILogger logger)
{
    private static readonly IReadOnlyList<string> Types = Enum.GetNames<AppointmentType>();
    private readonly string _user = user.ToString();

    private sealed record Item(string Text, Func<Form, Func<string, Task<CallReport>>?> Prepare);

    public async Task RunAsync()
    {
        var items = user.IsAdmin ? AdminItems() : PatientItems();
        List<string> texts = [.. items.Select(item => item.Text), "Exit"];
        while (input.Choose($"{_user}: what would you like to do?", texts) is { } choice && choice < items.Count)
        {
            var form = new Form(input);
            if (items[choice].Prepare(form) is not { } call || form.IsAbandoned)
                return;
            await CallAsync(items[choice].Text, form.Summary, call);
        }
    }

    private async Task CallAsync(string operation, string parameters, Func<string, Task<CallReport>> call)
    {
        var requestId = AppointmentClient.NewRequestId();
        MenuLog.Asked(logger, _user, operation, parameters, requestId);
        var report = await call(requestId);
        if (report is CallReport.Answer answer)
            MenuLog.Answered(logger, _user, operation, answer.Outcome, answer.Sequence, answer.Message, requestId);
        else if (report is CallReport.Fault fault)
            MenuLog.Refused(logger, _user, operation, fault.Code, fault.Execution.ToString(), fault.Reason, requestId);
        printer.PrintText(report);
    }

    private List<Item> AdminItems() =>
    [
        new("Add appointment", Add),
        new("Remove appointment", Remove),
        new("List appointment availability", List),
        new("Book appointment", form => Book(form, form.Patient())),
        new("Get appointment schedule", form => Schedule(form.Patient())),
        new("Cancel appointment", form => Cancel(form, form.Patient())),
        new("Swap appointment", form => Swap(form, form.Patient())),
    ];

    private List<Item> PatientItems() =>
    [
        new("Book appointment", form => Book(form, _user)),
        new("Cancel appointment", form => Cancel(form, _user)),
        new("Get appointment schedule", _ => Schedule(_user)),
        new("Swap appointment", form => Swap(form, _user)),
    ];

    private Func<string, Task<CallReport>> Add(Form form)
    {
        var type = form.Type("Appointment type");
        var id = form.Text("Appointment id");
        var capacity = form.Capacity();
        return requestId => client.AddAsync(_user, id, type, capacity, requestId);
    }

    private Func<string, Task<CallReport>> Remove(Form form)
    {
        var type = form.Type("Appointment type");
        var id = form.Text("Appointment id");
        return requestId => client.RemoveAsync(_user, id, type, requestId);
    }

    private Func<string, Task<CallReport>> List(Form form)
    {
        var type = form.Type("Appointment type");
        return requestId => client.ListAsync(_user, type, requestId);
    }

    private Func<string, Task<CallReport>> Book(Form form, string patient)
    {
        var type = form.Type("Appointment type");
        var id = form.Text("Appointment id");
        return requestId => client.BookAsync(_user, patient, id, type, requestId);
    }

    private Func<string, Task<CallReport>> Schedule(string patient) => requestId => client.ScheduleAsync(_user, patient, requestId);

    private Func<string, Task<CallReport>> Cancel(Form form, string patient)
    {
        var id = form.Text("Appointment id");
        return requestId => client.CancelAsync(_user, patient, id, requestId);
    }

    private Func<string, Task<CallReport>> Swap(Form form, string patient)
    {
        var oldType = form.Type("Type of the appointment to give back");
        var oldId = form.Text("Id of the appointment to give back");
        var newType = form.Type("Type of the new appointment");
        var newId = form.Text("Id of the new appointment");
        return requestId => client.SwapAsync(_user, patient, oldId, oldType, newId, newType, requestId);
    }

    /// <summary>The questions of one item. After the end of the input it asks nothing more.</summary>
    private sealed class Form(MenuInput input)
    {
        private readonly List<string> _given = [];

        public bool IsAbandoned { get; private set; }

        public string Summary => string.Join(", ", _given);

        public string Patient() => Text("Patient id");

        public string Text(string question) => Note(question, IsAbandoned ? null : input.Ask(question)) ?? "";

        public AppointmentType Type(string question)
        {
            var choice = IsAbandoned ? null : input.Choose(question, Types);
            Note(question, choice is { } index ? Types[index] : null);
            return choice is { } known ? Enum.GetValues<AppointmentType>()[known] : default;
        }

        public int Capacity()
        {
            const string question = "Capacity";
            while (!IsAbandoned)
            {
                var line = input.Ask(question);
                if (line is null || int.TryParse(line, out _))
                    return int.TryParse(Note(question, line), out var capacity) ? capacity : 0;
            }

            return 0;
        }

        private string? Note(string question, string? answer)
        {
            IsAbandoned |= answer is null;
            _given.Add($"{question} {answer}");
            return answer;
        }
    }
}
