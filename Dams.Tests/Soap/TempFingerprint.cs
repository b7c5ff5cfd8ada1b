using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Dams.Contracts.Soap;
using Dams.Soap;
using NUnit.Framework;

namespace Dams.Tests.Soap;

public sealed class TempFingerprint
{
    [Test]
    public async Task Print()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor(), SoapTestServer.Options with { SampleValues = WsdlDocuments.AppointmentSamples });
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var total = 0L;
        void Put(string text)
        {
            var clean = text.Replace(server.BaseAddress.Authority, "HOST", StringComparison.Ordinal);
            total += clean.Length;
            hash.AppendData(Encoding.UTF8.GetBytes(clean));
        }
        Put(await server.Http.GetStringAsync(server.AppointmentService));
        Put(await server.Http.GetStringAsync(server.AppointmentService + "?wsdl"));
        Put(await server.Http.GetStringAsync(server.FrontEnd + "?wsdl"));
        var mutated = typeof(FuzzedEnvelopesTests).GetMethod("Mutated", BindingFlags.NonPublic | BindingFlags.Static)!;
        for (var i = 0; i < 8000; i++)
        {
            var (text, version) = ((string, SoapVersion))mutated.Invoke(null, [i])!;
            await Send(text, version);
        }
        var random = new Random(7);
        string[] callers = ["MTLA1234", "mtla1234 ", "MTLP1234", "QUEA0001", "QUEP0007", "SHEA9999", "MTLX1234", ""];
        string[] patients = ["MTLP1234", "QUEP0007", " shep0001", "MTLA1234", "", "\u0001".Trim('\u0001') + "x"];
        string[] ids = ["MTLE210422", "QUEM010199", "shea290224", "MTLM210422", "MTLE310222", "", "MTLA210422"];
        string[] types = ["Physician", "Surgeon", "Dental", "Dental", "Surgeon", "Physician", "Heart"];
        string[] requests = ["", "a", "b", "c", new('r', 64), new('r', 65), "d"];
        string P(string[] from) => from[random.Next(from.Length)];
        for (var i = 0; i < 8000; i++)
        {
            (string, string)[] arguments = random.Next(7) switch
            {
                0 => [("AddAppointment", ""), ("callerId", P(callers)), ("appointmentId", P(ids)), ("appointmentType", P(types)), ("capacity", $"{random.Next(0, 5)}")],
                1 => [("RemoveAppointment", ""), ("callerId", P(callers)), ("appointmentId", P(ids)), ("appointmentType", P(types))],
                2 => [("ListAppointmentAvailability", ""), ("callerId", P(callers)), ("appointmentType", P(types))],
                3 => [("BookAppointment", ""), ("callerId", P(callers)), ("patientId", P(patients)), ("appointmentId", P(ids)), ("appointmentType", P(types))],
                4 => [("GetAppointmentSchedule", ""), ("callerId", P(callers)), ("patientId", P(patients))],
                5 => [("CancelAppointment", ""), ("callerId", P(callers)), ("patientId", P(patients)), ("appointmentId", P(ids))],
                _ => [("SwapAppointment", ""), ("callerId", P(callers)), ("patientId", P(patients)), ("oldAppointmentId", P(ids)), ("oldAppointmentType", P(types)), ("newAppointmentId", P(ids)), ("newAppointmentType", P(types))],
            };
            IEnumerable<(string, string)> parameters = arguments.Skip(1);
            if (random.Next(3) == 0)
                parameters = parameters.Append(("requestId", P(requests)));
            var version = random.Next(2) == 0 ? SoapVersion.Soap11 : SoapVersion.Soap12;
            await Send(SoapMessage.Envelope(BadInputTests.Call(arguments[0].Item1, [.. parameters]), version.Namespace), version);
        }
        var front = 0;
        for (var i = 0; i < 3000; i++)
        {
            string A(int n, string v) => $"<arg{n}>{v}</arg{n}>";
            var body = random.Next(4) > 0
                ? $"<n:receiveRequestFromClient xmlns:n='http://dams.ws.com/'>{A(0, P(callers))}{A(1, P(types))}{A(2, P(ids))}{A(3, $"{random.Next(0, 4)}")}{A(4, P(patients))}{A(5, $"{random.Next(0, 9)}")}</n:receiveRequestFromClient>"
                : $"<n:receiveRequestForSwap xmlns:n='http://dams.ws.com/'>{A(0, P(callers))}{A(1, P(types))}{A(2, P(ids))}{A(3, P(types))}{A(4, P(ids))}{A(5, P(patients))}{A(6, $"{(random.Next(2) == 0 ? 7 : 4)}")}</n:receiveRequestForSwap>";
            using var request = SoapMessage.Post(server.FrontEnd, Encoding.UTF8.GetBytes(SoapMessage.Envelope(body)), "text/xml", "\"\"");
            using var response = await server.Http.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            if (!text.Contains("InvalidRequest", StringComparison.Ordinal) && response.IsSuccessStatusCode)
                front++;
            Put($"{(int)response.StatusCode} {text}");
        }
        TestContext.Out.WriteLine($"FINGERPRINT {total} characters, {front} front end answers, {Convert.ToHexString(hash.GetHashAndReset())}");

        async Task Send(string text, SoapVersion version)
        {
            using var request = SoapMessage.Post(server.AppointmentService, Encoding.UTF8.GetBytes(text), version.ContentType);
            using var response = await server.Http.SendAsync(request);
            Put($"{(int)response.StatusCode} {response.Content.Headers.ContentType} {await response.Content.ReadAsStringAsync()}");
        }
    }
}
