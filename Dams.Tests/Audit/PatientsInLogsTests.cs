using System.Reflection;
using Dams.Contracts.Domain;
using Dams.Tests.Soap;
using Microsoft.Extensions.Logging;

namespace Dams.Tests.Audit;

/// <summary>Above Debug, no log names a patient. The audit file does.</summary>
internal sealed class PatientsInLogsTests
{
    private static readonly Type[] s_named =
        [typeof(Command), typeof(Reply), typeof(PatientId), typeof(CallerId), typeof(Dams.Service.ExecutedReply)];

    [Test]
    public void No_message_above_Debug_takes_a_value_that_names_a_patient()
    {
        var messages = new[]
            {
                typeof(Dams.FrontEnd.Audit.CallAudit), typeof(Dams.Service.SoapEndpoints), typeof(Dams.Replica.Engines.IAppointmentEngine),
                typeof(Dams.Soap.SoapServiceOptions), typeof(Dams.Hosting.NodeContext), typeof(Dams.Ordering.NodeId),
                typeof(Dams.Lab.FaultLab),
                typeof(Dams.ReplicaManager.Agreement.AgreedState), typeof(Dams.Sequencer.LaggardReports),
            }
            .SelectMany(type => type.Assembly.GetTypes())
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => (Method: method, Message: method.GetCustomAttribute<LoggerMessageAttribute>()))
            .Where(each => each.Message is { Level: > LogLevel.Debug })
            .ToList();
        Assert.That(messages, Has.Count.GreaterThan(40));
        Assert.That(
            messages.Where(each => each.Method.GetParameters()
                    .Any(parameter => s_named.Any(type => type.IsAssignableFrom(parameter.ParameterType))))
                .Select(each => each.Method.Name),
            Is.Empty);
    }

    [Test]
    public async Task No_line_above_Debug_names_the_patient_of_a_call_whatever_becomes_of_it()
    {
        var answers = new Queue<Exception>([new InvalidOperationException("because"), Dams.Service.DamsFaults.NoQuorum()]);
        await using var server = await SoapTestServer.StartAsync(
            new ScriptedExecutor((_, _, _) => throw answers.Dequeue()));
        var call = BadInputTests.Call("GetAppointmentSchedule", ("callerId", "MTLP1234"), ("patientId", "MTLP1234"));
        foreach (var body in new[] { call, call, call.Replace("<patientId>MTLP1234", "<patientId>MTLP4321", StringComparison.Ordinal) })
            Assert.That((await SoapMessage.SendAsync(server, SoapMessage.Envelope(body))).IsFault, Is.True);
        Assert.That(server.Records.Where(line => line.Level >= LogLevel.Warning), Has.Exactly(1).Items, "the exception");
        Assert.That(
            server.Records.Where(line => line.Level > LogLevel.Debug).Select(line => $"{line.Message} {line.Exception}"),
            Has.None.Contain("MTLP"));
    }
}
