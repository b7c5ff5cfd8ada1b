using System.Xml.Linq;
using Dams.Contracts.Soap;
using Dams.Soap;
using Dams.Tests.Soap.SoapUi;

namespace Dams.Tests.Soap.ApiPage;

/// <summary>A sample request and the service's answer to it.</summary>
internal sealed record SampleExchange(string Request, string Answer);

/// <summary>
/// Plays the story of <see cref="SoapSamples"/> against a fresh service: each operation once as the sample request has it, and what must
/// come before it. The answers are the service's own.
/// </summary>
internal static class SampleStory
{
    private const string Admin = "MTLA1234";
    private const string Physician = "Physician";

    private static readonly SoapContract s_contract = SoapContract.Of(typeof(IAppointmentService), WsdlDocuments.AppointmentService);
    private static readonly SoapContract s_original = SoapContract.Of(typeof(IFrontEndImpl), WsdlDocuments.FrontEnd);

    /// <summary>The exchanges of the appointment contract, by operation.</summary>
    public static async Task<IReadOnlyDictionary<string, SampleExchange>> PlayAsync(string version)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var samples = new SampleMessages(s_contract, SoapTestServer.Options, VersionOf(version));
        var exchanges = new Dictionary<string, SampleExchange>();
        await SampleAsync("AddAppointment");
        await CallAsync("AddAppointment",
            ("callerId", Admin), ("appointmentId", "MTLM210422"), ("appointmentType", Physician), ("capacity", "2"));
        await SampleAsync("BookAppointment");
        await SampleAsync("ListAppointmentAvailability");
        await SampleAsync("GetAppointmentSchedule");
        await SampleAsync("CancelAppointment");
        await BookAsync("MTLP1234");
        await SampleAsync("SwapAppointment");
        await BookAsync("MTLP4321");
        await CallAsync("AddAppointment",
            ("callerId", Admin), ("appointmentId", "MTLM220422"), ("appointmentType", Physician), ("capacity", "2"));
        await CallAsync("CancelAppointment", ("callerId", Admin), ("patientId", "MTLP1234"), ("appointmentId", "MTLM210422"));
        await SampleAsync("RemoveAppointment");
        return exchanges;

        async Task SampleAsync(string operation)
        {
            var request = samples.Request(s_contract.Operations.Single(each => each.Name == operation));
            exchanges.Add(operation, new SampleExchange(request, await AnswerAsync(server, server.AppointmentService, version, request)));
        }

        Task BookAsync(string patient) => CallAsync("BookAppointment",
            ("callerId", Admin), ("patientId", patient), ("appointmentId", "MTLE210422"), ("appointmentType", Physician));

        Task CallAsync(string operation, params (string, string)[] fields) => AnswerAsync(
            server, server.AppointmentService, version, SoapUiCaseBuilder.Envelope(version, operation, fields));
    }

    /// <summary>The exchanges of the original system's contract, by operation. It knows SOAP 1.1 only.</summary>
    public static async Task<IReadOnlyDictionary<string, SampleExchange>> PlayOriginalAsync()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var samples = new SampleMessages(s_original, SoapTestServer.OriginalOptions, SoapVersion.Soap11);
        var exchanges = new Dictionary<string, SampleExchange>();
        await SampleAsync("receiveRequestFromClient");
        await AnswerAsync(server, server.AppointmentService, "1.1", SoapUiCaseBuilder.Envelope("1.1", "AddAppointment",
            [("callerId", Admin), ("appointmentId", "MTLM210422"), ("appointmentType", Physician), ("capacity", "2")]));
        await AnswerAsync(server, server.AppointmentService, "1.1", SoapUiCaseBuilder.Envelope("1.1", "BookAppointment",
            [("callerId", Admin), ("patientId", "MTLP1234"), ("appointmentId", "MTLE210422"), ("appointmentType", Physician)]));
        await SampleAsync("receiveRequestForSwap");
        await SampleAsync("sayHello");
        return exchanges;

        async Task SampleAsync(string operation)
        {
            var request = samples.Request(s_original.Operations.Single(each => each.Name == operation));
            exchanges.Add(operation, new SampleExchange(request, await AnswerAsync(server, server.FrontEnd, "1.1", request)));
        }
    }

    /// <summary>The answer of the service, with a line for each element.</summary>
    public static async Task<string> AnswerAsync(SoapTestServer server, Uri address, string version, string envelope)
    {
        using var request = SoapMessage.Post(address, System.Text.Encoding.UTF8.GetBytes(envelope), VersionOf(version).ContentType);
        using var response = await server.Http.SendAsync(request);
        return WithoutIdleDeclarations(XDocument.Parse(await response.Content.ReadAsStringAsync())).ToString().ReplaceLineEndings("\n");
    }

    // CoreWCF's serializer declares namespaces that nothing in the answer uses.
    private static XDocument WithoutIdleDeclarations(XDocument answer)
    {
        answer.Descendants().Attributes()
            .Where(attribute => attribute.IsNamespaceDeclaration && attribute.Name.LocalName is "xsi" or "xsd")
            .Remove();
        return answer;
    }

    private static SoapVersion VersionOf(string version) => version == "1.1" ? SoapVersion.Soap11 : SoapVersion.Soap12;
}
