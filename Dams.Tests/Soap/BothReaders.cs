using Dams.Contracts.Soap;
using Dams.Soap;

namespace Dams.Tests.Soap;

/// <summary>
/// Reads messages without a host, in both SOAP versions, with the quick reader and with the validator. It asserts that the quick reader
/// accepts nothing that the validator refuses, and that both give the same call.
/// </summary>
internal static class BothReaders
{
    public const int DepthMax = 32;

    public static readonly SoapContract Appointments = SoapContract.Of(typeof(IAppointmentService), WsdlDocuments.AppointmentService);
    public static readonly SoapContract FrontEnd = SoapContract.Of(typeof(IFrontEndImpl), WsdlDocuments.FrontEnd);

    /// <summary>Prefixes that the bodies of tests may use.</summary>
    private const string Prefixes =
        " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\""
        + " xmlns:old=\"http://www.w3.org/1999/XMLSchema-instance\" xmlns:mid=\"http://www.w3.org/2000/10/XMLSchema-instance\""
        + " xmlns:enc=\"http://schemas.xmlsoap.org/soap/encoding/\" xmlns:enc12=\"http://www.w3.org/2003/05/soap-encoding\""
        + " xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\""
        + " xmlns:z=\"http://schemas.microsoft.com/2003/10/Serialization/\" xmlns:v=\"http://dams.example.org/appointments/v1\""
        + " xmlns:x=\"urn:x\"";

    /// <summary>Asserts that the body is accepted, and returns its call.</summary>
    public static SoapCall Accepted(string body, string? action = null, SoapContract? contract = null)
    {
        var (call, reason, _) = Read(body, action, contract);
        Assert.That(reason, Is.Null);
        return call!;
    }

    /// <summary>Asserts that the body is refused; returns the reason, as a client gets it, and the field.</summary>
    public static (string Reason, string? Field) Refused(string body, string? action = null, SoapContract? contract = null)
    {
        var (_, reason, field) = Read(body, action, contract);
        Assert.That(reason, Is.Not.Null, $"accepted: {body}");
        return (reason!, field);
    }

    /// <summary>
    /// Asserts that the forgiving reader, which the original contract has, accepts the body in both SOAP versions. Returns the call.
    /// </summary>
    public static SoapCall Forgiven(string body, string? action = null)
    {
        SoapCall? call = null;
        foreach (var version in new[] { SoapVersion.Soap11, SoapVersion.Soap12 })
        {
            var refusal = ForgivingReader.Read(
                FrontEnd, version, EnvelopeOf(body, version), action, SoapTestServer.OriginalOptions, out call);
            Assert.That(refusal?.Reason, Is.Null);
        }

        return call!;
    }

    /// <summary>Reads one message with both readers, as the endpoint does.</summary>
    public static SoapRefusal? Read(SoapContract contract, SoapVersion version, string text, string? action, out SoapCall? call)
    {
        var isQuick = MessageReader.TryRead(contract, version, text, action, DepthMax, out var quick);
        var refusal = MessageValidator.Read(contract, version, text, action, DepthMax, out call);
        if (isQuick)
        {
            Assert.That(refusal?.Reason, Is.Null, "the quick reader has accepted this");
            Assert.That((quick!.Operation, quick.Arguments), Is.EqualTo((call!.Operation, call.Arguments)));
        }

        return refusal;
    }

    private static string EnvelopeOf(string body, SoapVersion version) => SoapMessage.Envelope(body, version.Namespace)
        .Replace("<s:Envelope", "<s:Envelope" + Prefixes, StringComparison.Ordinal);

    private static (SoapCall? Call, string? Reason, string? Field) Read(string body, string? action, SoapContract? contract)
    {
        (SoapCall?, string?, string?) read = default;
        foreach (var version in new[] { SoapVersion.Soap11, SoapVersion.Soap12 })
        {
            var refusal = Read(contract ?? Appointments, version, EnvelopeOf(body, version), action, out var call);
            var reason = refusal is null
                ? null
                : FaultText.Reason(refusal.Reason).Replace(version.Namespace, SoapMessage.Soap11, StringComparison.Ordinal);
            Assert.That(refusal?.Side ?? SoapFaultSide.Sender, Is.EqualTo(SoapFaultSide.Sender));

            // A position in the text depends on the length of the envelope's namespace.
            if (version == SoapVersion.Soap12 && reason?.Contains("position", StringComparison.Ordinal) != true)
                Assert.That((reason, refusal?.Field), Is.EqualTo((read.Item2, read.Item3)), "both versions answer alike");
            read = (call, reason, refusal?.Field);
        }

        return read;
    }
}
