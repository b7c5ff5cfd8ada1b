using System.Reflection;
using System.Runtime.CompilerServices;
using System.ServiceModel;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Contracts.Soap;
using Dams.FrontEnd.Coordination;
using Dams.FrontEnd.Requests;
using Dams.Lab;
using Dams.Ordering;
using Dams.Replica.State.Sessions;
using Dams.Service;
using Dams.Tests.Clients;
using Dams.Tests.Engines;
using Dams.Tests.Soap;
using Dams.Tests.Tidy;

namespace Dams.Tests.Contracts;

/// <summary>
/// Every place of the service that must know each operation knows it. A test that fails names the place. The operations come from the
/// types of the domain, so a new one is demanded here at once. <see cref="OperationToolsTests"/> demand the same of the tests' own tools.
/// </summary>
internal sealed class OperationTests
{
    private static IReadOnlyList<Operation> Operations => Operation.All;

    private static IReadOnlyList<Type> Replies => Operation.AllReplies;

    private static IEnumerable<TestCaseData> OperationsAndVersions() =>
        from version in EngineVersions.AllAndModel
        from operation in Operation.All
        select new TestCaseData(version, operation);

    [TestCaseSource(nameof(Operations))]
    public void A_command_has_an_opcode_that_says_whether_it_writes(Operation operation)
    {
        // The fields don't matter here, so the test needs no generator.
        var command = (Command)RuntimeHelpers.GetUninitializedObject(operation.Command);
        var opcode = Operation.Known(() => CommandCodec.OpcodeOf(command), $"CommandCodec.OpcodeOf has no opcode for {operation}");
        Assert.That(
            CommandCodec.IsWrite(opcode),
            Is.EqualTo(command.IsWrite),
            $"CommandCodec.IsWrite({opcode}) must say what {operation} says: it is a {operation.Command.BaseType!.Name[..^2]}");
    }

    [Test]
    public void No_two_operations_share_an_opcode_or_a_reply()
    {
        Assert.That(Operations.Select(operation => CommandCodec.OpcodeOf(operation.Commands[0])), Is.Unique);
        Assert.That(Operations.Select(operation => operation.Reply), Is.Unique);
        Assert.That(
            Operations.Select(operation => operation.Reply).Append(typeof(RefusedReply)),
            Is.EquivalentTo(Replies),
            "a reply that belongs to no command, or to two");
    }

    [TestCaseSource(nameof(Operations))]
    public void A_command_is_read_back(Operation operation)
    {
        foreach (var command in operation.Commands)
        {
            var bytes = Operation.Known(
                () => CommandCodec.Encode(command), $"CommandCodec.Encode has no case for {operation}, or SizeMax is too small");
            Assert.That(CommandCodec.TryDecode(bytes, out var read), Is.True, $"CommandCodec.TryDecode does not read {command}");
            Assert.That(read, Is.EqualTo(command), "CommandCodec.Encode and TryDecode disagree");
        }
    }

    [TestCaseSource(nameof(Replies))]
    public void A_reply_is_read_back(Type type)
    {
        foreach (var reply in Operation.RepliesOf(type))
        {
            var bytes = Operation.Known(
                () => ReplyCodec.Encode(reply), $"ReplyCodec.Encode has no case for {type.Name}, or its bound is too small");
            Assert.That(ReplyCodec.TryDecode(bytes, out var read), Is.True, $"ReplyCodec.TryDecode does not read {reply}");
            Assert.That(read, Is.EqualTo(reply), "ReplyCodec.Encode and TryDecode disagree");
        }
    }

    [TestCaseSource(nameof(Operations))]
    public void The_tag_of_a_reply_is_the_opcode_of_its_command(Operation operation) => Assert.That(
        ReplyCodec.Encode(operation.Replies[0])[0],
        Is.EqualTo(CommandCodec.OpcodeOf(operation.Commands[0])),
        $"ReplyCodec: the tag of {operation.Reply.Name}");

    /// <summary>Without this a replica refuses its own snapshots.</summary>
    [TestCaseSource(nameof(Operations))]
    public void The_session_table_keeps_replies_to_writes_and_no_others(Operation operation)
    {
        var row = ReplyCodec.Encode(operation.Replies[0]);
        var bytes = new byte[SessionCodec.RowFixedSize + row.Length];
        bytes[0] = 1;
        row.CopyTo(bytes, SessionCodec.RowFixedSize);
        Assert.That(
            SessionCodec.ReadRow(bytes) is not null,
            Is.EqualTo(operation.Commands[0].IsWrite),
            $"SessionCodec.IsReplyOfWrite decides wrongly about {operation.Reply.Name}");
    }

    [TestCaseSource(nameof(OperationsAndVersions))]
    public void A_version_executes_it(string version, Operation operation)
    {
        var engine = EngineVersions.Create(version);
        foreach (var command in operation.Commands.Take(20))
        {
            var place = $"{engine.GetType().Name}.Execute";
            var reply = Operation.Known(
                () => engine.Execute(command, new ChangeChecker(engine)), $"{place} has no case for {operation}");
            Assert.That(reply, Is.TypeOf(operation.Reply), $"{place} answers {operation} with another operation's reply");
        }

        (engine as IDisposable)?.Dispose();
    }

    [TestCaseSource(nameof(Operations))]
    public void It_is_a_SOAP_operation(Operation operation)
    {
        var method = $"IAppointmentService.{operation.Method.Name}";
        var contract = operation.Method.GetCustomAttributes(false).OfType<OperationContractAttribute>().SingleOrDefault();
        Assert.That(contract?.Name, Is.EqualTo(operation.Name), $"the [OperationContract] of {method}");
        Assert.That(operation.Result.Name, Is.EqualTo(operation.Name + "Result"), $"the result of {method}");
        var parameters = operation.Method.GetParameters();
        Assert.That(
            (parameters[0].Name, parameters[^1].Name),
            Is.EqualTo(("callerId", "requestId")),
            $"the first and the last parameter of {method}");
        XNamespace wsdl = "http://schemas.xmlsoap.org/wsdl/";
        Assert.That(
            XDocument.Parse(WsdlDocuments.AppointmentService).Root!.Elements(wsdl + "portType").Elements(wsdl + "operation")
                .Select(element => (string?)element.Attribute("name")),
            Does.Contain(operation.Name),
            "the operations of Dams.Contracts/Soap/AppointmentService.wsdl");
    }

    [TestCaseSource(nameof(Operations))]
    public void Its_request_has_the_fields_of_its_SOAP_operation(Operation operation)
    {
        var request = RequestOf(operation);
        var properties = request.GetProperties().Where(property => property.CanWrite).ToList();
        Assert.That(
            properties.Select(property => $"{property.PropertyType.Name} {property.Name}"),
            Is.EquivalentTo(operation.Method.GetParameters().Select(parameter =>
                $"{parameter.ParameterType.Name} {char.ToUpperInvariant(parameter.Name![0])}{parameter.Name[1..]}")),
            $"the properties of {request.Name} (Dams.Service/AppointmentRequests.cs) "
            + $"and the parameters of IAppointmentService.{operation.Method.Name}");
        Assert.That(
            properties.Where(property => !property.IsDefined(typeof(RequiredMemberAttribute), inherit: true)),
            Is.Empty,
            $"properties of {request.Name} that are not required, so that a caller can forget them");
    }

    [TestCaseSource(nameof(Operations))]
    public void Every_outcome_has_a_message_and_reaches_the_wire_unchanged(Operation operation)
    {
        var request = RuntimeHelpers.GetUninitializedObject(RequestOf(operation));
        var seen = new HashSet<string>();
        foreach (var reply in operation.Replies)
        {
            object[] arguments = [operation.Commands[0], new ExecutedReply(reply, 42)];
            var result = Operation.Known(
                () => request.GetType().GetMethod("ToResult")!.Invoke(request, BindingFlags.DoNotWrapExceptions, null, arguments, null)!,
                $"AppointmentReplies makes no result of {reply}");
            var outcome = Value("Outcome");
            seen.Add($"{outcome}");
            Assert.That($"{Value("Message")}", Does.EndWith("."), $"AppointmentReplies gives no message for {reply}");
            Assert.That(Value("Sequence"), Is.EqualTo(42L), $"AppointmentReplies gives no sequence for {operation}");
            if (operation.Reply.GetProperty("Outcome") is { } replied)
                Assert.That(outcome, Is.EqualTo(replied.GetValue(reply)), $"AppointmentReplies changes the outcome of {operation}");

            object? Value(string property) => operation.Result.GetProperty(property)?.GetValue(result);
        }

        Assert.That(seen, Is.EquivalentTo(operation.Outcomes), $"outcomes that ContractValues.Replies makes of {operation.Reply.Name}");
    }

    [TestCaseSource(nameof(Operations))]
    public async Task A_patient_may_not_call_it_for_another(Operation operation)
    {
        // The generated patients are other people than the generated callers.
        foreach (var command in operation.Commands.Where(command => !command.Caller.IsAdmin).Take(20))
        {
            Assert.That(
                (await FaultOfAsync(command, "r7"))?.Code,
                Is.EqualTo(DamsFaultCode.NotPermitted),
                $"AppointmentEdge checks no rights of {command}");
        }
    }

    [TestCaseSource(nameof(Operations))]
    public async Task Its_request_id_is_checked_before_the_rights(Operation operation)
    {
        foreach (var command in operation.Commands.Take(20))
        {
            var fault = await FaultOfAsync(command, new string('r', RequestIdText.CharactersMax + 1));
            Assert.That(
                (fault?.Code, fault?.Field),
                Is.EqualTo(((DamsFaultCode?)DamsFaultCode.InvalidRequest, "requestId")),
                $"AppointmentEdge does not check the request id of {operation}, or checks it too late");
        }
    }

    [TestCaseSource(nameof(Replies))]
    public void The_page_names_the_outcome(Type type)
    {
        foreach (var reply in Operation.RepliesOf(type))
        {
            var report = RequestReport.Of(new ClosedRequest(
                null, default, null, default, default, new Answered(new SequenceNumber(1), ReplyCodec.Encode(reply)), []));
            Assert.That(report.Outcome, Is.Not.EqualTo("?"), $"RequestReport.OutcomeOf has no case for {type.Name}");
        }
    }

    [TestCaseSource(nameof(Operations))]
    public void The_fault_lab_can_make_a_reply_wrong(Operation operation)
    {
        foreach (var reply in operation.Replies)
        {
            var wrong = FalseReply.Any(reply);
            Assert.That(wrong, Is.Not.Null.And.Not.EqualTo(reply), $"FalseReply makes no wrong {operation.Reply.Name} of {reply}");
            Assert.That(wrong, Is.TypeOf(operation.Reply));
            if (operation.Reply.GetProperty("Outcome") is { } outcome)
            {
                Assert.That(
                    FalseReply.WithOtherOutcome(reply) is { } other ? outcome.GetValue(other) : null,
                    Is.Not.Null.And.Not.EqualTo(outcome.GetValue(reply)),
                    $"FalseReply.WithOtherOutcome has no case for {operation.Reply.Name}");
            }
        }
    }

    [TestCaseSource(nameof(Operations))]
    public void The_rules_are_written_down(Operation operation)
    {
        const RegexOptions lines = RegexOptions.Multiline | RegexOptions.Singleline;
        var page = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "DOMAIN.md"));
        var parameters = string.Join(", ", operation.Method.GetParameters()[..^1].Select(parameter => parameter.Name));
        var section = Regex.Match(page, $@"^### {operation.Name}\({parameters}\)$.*?^##", lines).Value;
        Assert.That(section, Is.Not.Empty, $"docs/DOMAIN.md has no section ### {operation}({parameters})");
        // A swap has the outcomes of a booking, too, and says so.
        if (!section.Contains("its outcome", StringComparison.Ordinal))
        {
            Assert.That(
                operation.Outcomes.Where(outcome => !section.Contains($"`{outcome}`", StringComparison.Ordinal)),
                Is.Empty,
                $"outcomes that the section {operation} of docs/DOMAIN.md does not name");
        }

        Assert.That(
            Regex.Match(page, "^## Who may call what$.*?^##", lines).Value,
            Does.Contain(operation.Name),
            "the table of docs/DOMAIN.md, Who may call what");
    }

    /// <summary>The fault of a call that must not reach the executor; null if there is none.</summary>
    private static async Task<DamsFault?> FaultOfAsync(Command command, string requestId)
    {
        try
        {
            await new CommandClient(() => new AppointmentService(new DictionaryExecutor())).TryAsync(command, requestId);
            return null;
        }
        catch (FaultException<DamsFault> fault)
        {
            return fault.Detail;
        }
    }

    private static Type RequestOf(Operation operation) => typeof(AppointmentRequest).Assembly.GetTypes().SingleOrDefault(type =>
            type.BaseType is { IsGenericType: true } request
            && request.GetGenericTypeDefinition() == typeof(AppointmentRequest<,>)
            && request.GenericTypeArguments[0] == operation.Command)
        ?? throw new AssertionException($"there is no AppointmentRequest of {operation} (Dams.Service/AppointmentRequests.cs)");
}
