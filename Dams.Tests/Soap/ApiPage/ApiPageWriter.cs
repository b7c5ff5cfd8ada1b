using Dams.Tests.Soap.SoapUi;

namespace Dams.Tests.Soap.ApiPage;

/// <summary>Writes <c>docs/API.md</c>: texts and types from the WSDL documents, samples and faults from the service itself.</summary>
internal static class ApiPageWriter
{
    private static readonly string[] s_fieldHead = ["element", "type", "always there", ""];

    public static async Task<string> WriteAsync()
    {
        var page = new MarkdownPage();
        Begin(page);
        var samples = new Dictionary<string, IReadOnlyDictionary<string, SampleExchange>>
        {
            ["1.1"] = await SampleStory.PlayAsync("1.1"),
            ["1.2"] = await SampleStory.PlayAsync("1.2"),
        };
        page.Heading(2, "Operations");
        foreach (var operation in WsdlText.Appointments.Operations)
            Operation(page, operation, samples);
        Types(page);
        await FaultsAsync(page);
        await OriginalAsync(page);
        Replica(page);
        return page.ToString();
    }

    private static void Begin(MarkdownPage page)
    {
        var wsdl = WsdlText.Appointments;
        page.Heading(1, "API")
            .Paragraphs("This page lists the operations of the SOAP contracts. A test makes it from the WSDL documents and from the "
                + "answers of the service, so it can't drift from them. [CLIENTS.md](CLIENTS.md) has a program for each SOAP stack, and "
                + "[DOMAIN.md](DOMAIN.md) the rules in full.")
            .List(
            [
                "[How to call](#how-to-call) and [how to retry](#how-to-retry)",
                "Operations of `/AppointmentService`: "
                    + string.Join(", ", wsdl.Operations.Select(operation => $"[{operation}](#{Anchor(operation)})")),
                "[Types](#types) and [faults](#faults)",
                "[`/FrontEnd`](#the-contract-of-the-original-system), the contract of the original system",
                "[`/ReplicaService`](#the-contract-of-a-replica), the contract of a replica",
            ])
            .Heading(2, "How to call")
            .Paragraphs(wsdl.Documentation)
            .Table(["", "SOAP 1.1", "SOAP 1.2"],
            [
                ["HTTP", "POST `/AppointmentService`", "the same"],
                ["`Content-Type`", "`text/xml; charset=utf-8`", "`application/soap+xml; charset=utf-8; action=\"ACTION\"`"],
                ["`SOAPAction`", "`\"ACTION\"`; may be empty or absent", "none"],
                ["ACTION", $"`{wsdl.Namespace}/OPERATION`", "the same; the parameter may be absent"],
                ["namespace of the envelope", $"`{SoapMessage.Soap11}`", $"`{SoapMessage.Soap12}`"],
                ["namespace of the content", $"`{wsdl.Namespace}`", "the same"],
                ["WSDL", "`/AppointmentService?wsdl&soap=1.1`", "`/AppointmentService?wsdl&soap=1.2`; `?wsdl` has both"],
            ])
            .Paragraphs("The elements of a request stand in the order of its table, each at most once. A request that breaks the schema "
                + "gets the fault `InvalidRequest`, which names the element.")
            .Heading(2, "How to retry")
            .Paragraphs("After a timeout, a broken connection or a fault, `execution` tells whether the request was executed. If "
                + "there is no answer at all, treat it as `Unknown`. A read can always be repeated.")
            .Table(["execution", "what it means for a write"], wsdl.ValuesOf("ExecutionState").Select(Coded))
            .Paragraphs($"`requestId` is the last parameter of every operation. {FieldOf("AddAppointment", "requestId").Documentation}")
            .Paragraphs("So a client makes a new id for each new request, before it sends the request for the first time. It keeps the id "
                + "until it knows the outcome. [DOMAIN.md](DOMAIN.md#repeats) says how long ids are remembered.");
    }

    private static void Operation(
        MarkdownPage page, string operation, Dictionary<string, IReadOnlyDictionary<string, SampleExchange>> samples)
    {
        var wsdl = WsdlText.Appointments;
        page.Heading(3, operation)
            .Paragraphs(wsdl.DocumentationOf(operation))
            .Table(["parameter", "type", "required", "form and limits"], wsdl.ParametersOf(operation).Select(Row))
            .Table(["outcome", "what it means, and what to do"], wsdl.OutcomesOf(operation).Select(Coded))
            .Paragraphs("The answer has an element `result` with these elements:")
            .Table(s_fieldHead, wsdl.ResultOf(operation).Select(Row))
            .Paragraphs("Any of the [faults](#faults) may come instead.");
        foreach (var (version, exchanges) in samples)
        {
            page.Paragraphs($"SOAP {version}, with the action `{wsdl.ActionOf(operation)}`:")
                .Code("xml", exchanges[operation].Request)
                .Paragraphs("The answer:")
                .Code("xml", exchanges[operation].Answer);
        }
    }

    private static void Types(MarkdownPage page)
    {
        var wsdl = WsdlText.Appointments;
        page.Heading(2, "Types")
            .Paragraphs("`appointmentType` is one of "
                + string.Join(", ", wsdl.ValuesOf("AppointmentType").Select(each => $"`{each.Value}`"))
                + ". A list is an element with one element for each item, in this form:");
        foreach (var list in wsdl.Operations.SelectMany(wsdl.ResultOf).Where(field => wsdl.IsComplex(field.Type)))
        {
            var item = wsdl.FieldsOf(list.Type).Single();
            page.Paragraphs($"`{list.Name}/{item.Name}`:").Table(s_fieldHead, wsdl.FieldsOf(item.Type).Select(Row));
        }
    }

    private static async Task FaultsAsync(MarkdownPage page)
    {
        var wsdl = WsdlText.Appointments;
        var texts = wsdl.ValuesOf("DamsFaultCode").ToDictionary(value => value.Value, value => value.Documentation);
        var said = new HashSet<string>();
        page.Heading(2, "Faults")
            .Paragraphs("A fault has HTTP status 500. If the service could not receive the message, the status is 413 (too long), 408 (too "
                + "slow) or 400 (cut off, or in broken chunks). The detail of a fault is one element `DamsFault`. `MustUnderstand` and "
                + "`VersionMismatch`, which are SOAP's own, have no detail: the client must send other headers or another envelope. "
                + "[DOMAIN.md](DOMAIN.md#faults) lists the answers that are plain HTTP.")
            .Table(s_fieldHead, wsdl.FieldsOf("DamsFault").Select(Row))
            .Paragraphs("The side is `Client` or `Server` in SOAP 1.1, and `Sender` or `Receiver` in SOAP 1.2. A code with two rows comes "
                + "with either execution.")
            .Table(["code", "side", "execution", "retryAfterMs", "what it means, and what to do"],
                (await FaultRows.ReadAsync()).Select(row => new[]
                {
                    $"`{row.Code}`", $"`{row.Side}`", $"`{row.Execution}`", row.RetryAfterMs,
                    said.Add(row.Code) ? texts[row.Code] : "as above",
                }));
        foreach (var version in new[] { "1.1", "1.2" })
        {
            var request = SoapUiCaseBuilder.Envelope(version, "AddAppointment",
            [
                ("callerId", "MTLA1234"), ("appointmentId", "MTLE310222"), ("appointmentType", "Physician"), ("capacity", "2"),
                ("requestId", "7c9e6679"),
            ]);
            await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
            page.Paragraphs($"SOAP {version}, a date that does not exist:")
                .Code("xml", request)
                .Paragraphs("The answer, with HTTP status 500:")
                .Code("xml", await SampleStory.AnswerAsync(server, server.AppointmentService, version, request));
        }
    }

    private static async Task OriginalAsync(MarkdownPage page)
    {
        var wsdl = WsdlText.FrontEnd;
        page.Heading(2, "The contract of the original system")
            .Paragraphs($"`/FrontEnd`, SOAP 1.1, rpc/literal, namespace `{wsdl.Namespace}`, with an empty SOAPAction.")
            .Paragraphs(wsdl.Documentation)
            .Paragraphs("There is no `requestId`. After a timeout, look at the schedule before you send the request again.");
        var samples = await SampleStory.PlayOriginalAsync();
        foreach (var operation in wsdl.Operations)
        {
            var names = wsdl.DocumentationOf(operation).Split(':')[0].Split(',', StringSplitOptions.TrimEntries);
            var parts = wsdl.ParametersOf(operation);
            Assert.That(names, Has.Length.EqualTo(parts.Count), $"the documentation of {operation} begins with the names of its parts");
            page.Heading(3, operation)
                .Paragraphs(wsdl.DocumentationOf(operation))
                .Table(["part", "type", "name in the original system"],
                    parts.Zip(names, (part, name) => new[] { $"`{part.Name}`", $"`{part.Type}`", $"`{name}`" }))
                .Code("xml", samples[operation].Request)
                .Paragraphs("The answer:")
                .Code("xml", samples[operation].Answer);
        }

        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var wrong = samples["receiveRequestFromClient"].Request.Replace(">MTLE210422<", ">MTLE310222<", StringComparison.Ordinal);
        page.Paragraphs("With a date that does not exist, `receiveRequestFromClient` gets this answer:")
            .Code("xml", await SampleStory.AnswerAsync(server, server.FrontEnd, "1.1", wrong));
    }

    private static void Replica(MarkdownPage page)
    {
        var wsdl = WsdlText.Replica;
        page.Heading(2, "The contract of a replica")
            .Paragraphs($"`/ReplicaService` at each replica's own port, SOAP 1.1 and 1.2, namespace `{wsdl.Namespace}`.")
            .Paragraphs(wsdl.Documentation)
            .Paragraphs("All operations read, so each call can be repeated. A replica has `/AppointmentService`, too: it answers the reads "
                + "from its own state, and a write with the fault `NotPermitted`, which names the front end.");
        foreach (var operation in wsdl.Operations)
        {
            page.Heading(3, operation).Paragraphs(wsdl.DocumentationOf(operation));
            if (wsdl.ParametersOf(operation) is { Count: > 0 } parameters)
                page.Table(["parameter", "type", "required"], parameters.Select(field => Row(field)[..3]));
            page.Table(s_fieldHead, wsdl.ResultOf(operation).Select(Row));
        }

        page.Paragraphs("An `entry` of `entries`:").Table(s_fieldHead, wsdl.FieldsOf("Entry").Select(Row))
            .Paragraphs("The detail of a fault is `ReplicaFault`. Its code is one of "
                + string.Join(", ", wsdl.ValuesOf("ReplicaFaultCode").Select(each => $"`{each.Value}`")) + ".")
            .Table(s_fieldHead, wsdl.FieldsOf("ReplicaFault").Select(Row));
    }

    private static WsdlField FieldOf(string operation, string name) =>
        WsdlText.Appointments.ParametersOf(operation).Single(field => field.Name == name);

    private static string[] Row(WsdlField field) =>
        [$"`{field.Name}`", $"`{field.Type}`", field.IsRequired ? "yes" : "no", field.Documentation];

    private static string[] Coded((string Value, string Documentation) value) => [$"`{value.Value}`", value.Documentation];

    private static string Anchor(string heading) => heading.ToLowerInvariant();
}
