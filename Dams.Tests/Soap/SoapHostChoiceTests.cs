using System.Net;
using System.Reflection;
using System.Text.RegularExpressions;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;
using Dams.Service;
using Dams.Soap;
using Microsoft.AspNetCore.Builder;

namespace Dams.Tests.Soap;

/// <summary>Rules for every host behind the endpoint: it must be registered, it is named, and each call gets an answer.</summary>
public sealed class SoapHostChoiceTests
{
    [Test]
    public void The_host_has_a_name_and_a_foreign_one_has_a_version() =>
        Assert.That(SoapServiceExtensions.SoapHostName, Does.Match(@"\A(Dams\.Soap|CoreWCF \d+\.\d+\.\d+)\z"));

    [Test]
    public async Task The_help_page_names_the_host()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        Assert.That(
            await server.Http.GetStringAsync(server.AppointmentService),
            Does.Contain($"<p>SOAP host: {SoapServiceExtensions.SoapHostName}</p>"));
    }

    [Test]
    public async Task A_service_is_refused_if_no_host_is_registered()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        Assert.That(
            () => app.MapSoapService<IAppointmentService>(
                "/AppointmentService", new AppointmentService(new DictionaryExecutor()), SoapTestServer.Options),
            Throws.InvalidOperationException.With.Message.Contains(nameof(SoapServiceExtensions.AddSoapHost)));
    }

    [Test]
    public void A_host_is_refused_before_the_http_server_is_registered() => Assert.That(
        () => WebApplication.CreateEmptyBuilder(new WebApplicationOptions()).AddSoapHost(),
        Throws.InvalidOperationException.With.Message.Contains("HTTP server"));

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_result_that_is_missing_or_can_not_be_written_is_an_internal_error(bool isMissing)
    {
        var service = DispatchProxy.Create<IAppointmentService, BrokenService>();
        ((BrokenService)(object)service).Result = isMissing ? null : new AddAppointmentResult { Outcome = (AddOutcome)99, Message = "" };
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor(), service: service);
        server.Http.Timeout = TimeSpan.FromSeconds(20);
        foreach (var soap in new[] { SoapMessage.Soap11, SoapMessage.Soap12 })
        {
            var contentType = soap == SoapMessage.Soap11 ? "text/xml" : "application/soap+xml";
            var answer = await SoapMessage.SendAsync(server, SoapMessage.Envelope(SoapMessage.Add, soap), null, contentType);
            Assert.That(
                (answer.Status, answer.Fault("code")), Is.EqualTo((HttpStatusCode.InternalServerError, "InternalError")), answer.Text);
            var reference = Regex.Match(answer.Text, @"under the reference ([^ <]+)\.").Groups[1].Value;
            Assert.That(server.Log, Has.One.Contains($"AddAppointment failed; the client got the reference {reference} "));
        }
    }

    /// <summary>A service whose answer to the call of the test is wrong.</summary>
    public class BrokenService : DispatchProxy
    {
        public AddAppointmentResult? Result { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Task.FromResult(Result);
    }
}
