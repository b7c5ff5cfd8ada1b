using System.Globalization;
using System.Security;
using System.Text;
using System.Xml.Linq;

namespace Dams.Soap;

/// <summary>Sample messages of an operation, for people: the request, the answer, a fault, and a line for the shell.</summary>
/// <param name="contract">The contract.</param>
/// <param name="options">The values and answers.</param>
/// <param name="version">The SOAP version of the messages.</param>
internal sealed class SampleMessages(SoapContract contract, SoapServiceOptions options, SoapVersion version)
{
    /// <summary>The envelope of a request, with all required parameters.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="without">The name of a parameter that is left out; null for none.</param>
    public string Request(SoapOperation operation, string? without = null)
    {
        var isRpc = operation.ParameterNamespace.Length == 0;
        var name = (isRpc ? "m:" : "") + operation.Name;
        var sample = new StringBuilder();
        sample.Append(CultureInfo.InvariantCulture, $"""
            <s:Envelope xmlns:s="{version.Namespace}">
              <s:Body>
                <{name} xmlns{(isRpc ? ":m" : "")}="{operation.Namespace}">

            """);
        foreach (var parameter in operation.Parameters.Where(parameter => !parameter.IsOptional && parameter.Name != without))
            sample.Append(CultureInfo.InvariantCulture, $"      <{parameter.Name}>{ValueOf(operation, parameter)}</{parameter.Name}>\n");
        sample.Append(CultureInfo.InvariantCulture, $"""
                </{name}>
              </s:Body>
            </s:Envelope>
            """);
        return sample.ToString().ReplaceLineEndings("\n");
    }

    /// <summary>The header lines of a request, up to the empty line.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="address">The address of the service.</param>
    public string Headers(SoapOperation operation, string address)
    {
        // An address may have a host that Uri does not take, so its parts are cut by hand.
        var start = address.IndexOf("://", StringComparison.Ordinal) + 3;
        var path = address.IndexOf('/', start);
        var lines = HeaderLines(operation).Prepend($"Host: {address[start..path]}").Prepend($"POST {address[path..]} HTTP/1.1");
        return string.Join('\n', lines) + "\n";
    }

    /// <summary>A line that sends the request when it is pasted into a shell.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="address">The address of the service.</param>
    public string Curl(SoapOperation operation, string address)
    {
        var body = XDocument.Parse(Request(operation)).ToString(SaveOptions.DisableFormatting);
        var headers = HeaderLines(operation).Select(line => " -H " + Quoted(line));
        return $"curl -s {Quoted(address)}{string.Concat(headers)} --data-binary {Quoted(body)}";
    }

    /// <summary>The envelope of the answer; null if there is no sample of it.</summary>
    public string? Answer(SoapOperation operation)
    {
        var result = options.SampleAnswers.GetValueOrDefault(operation.Name);
        if (operation.HasResult && result is null)
            return null;
        using var output = new PooledStream();
        MessageWriter.WriteAnswer(output, version, operation, result);
        return Indented(output);
    }

    /// <summary>The fault for a request without one of its parameters; null if the service takes such a request.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="without">The name of the parameter.</param>
    public string? Fault(SoapOperation operation, string without)
    {
        var refusal = MessageValidator.Read(contract, version, Request(operation, without), operation.Action, options.DepthMax, out _);
        if (refusal is null)
            return null;
        var detail = options.FaultDetail(new SoapHostFault(SoapHostFaultKind.InvalidRequest, refusal.Reason, refusal.Field));
        using var output = new PooledStream();
        var serializer = detail is null ? null : contract.FaultSerializer(detail.GetType());
        MessageWriter.WriteFault(output, version, refusal, detail, serializer);
        return Indented(output);
    }

    private IEnumerable<string> HeaderLines(SoapOperation operation) => version == SoapVersion.Soap11
        ? [$"Content-Type: {version.ContentType}", $"SOAPAction: \"{operation.Action}\""]
        : [$"Content-Type: {version.ContentType}; action=\"{operation.Action}\""];

    private string ValueOf(SoapOperation operation, SoapParameter parameter) => SecurityElement.Escape(
        options.SampleValues.GetValueOrDefault($"{operation.Name}.{parameter.Name}")
        ?? options.SampleValues.GetValueOrDefault(parameter.Name, parameter.Sample));

    // POSIX: nothing is special between single quotes, and a single quote can't stand there.
    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Indented(PooledStream output) =>
        XDocument.Parse(Encoding.UTF8.GetString(output.Written.Span)).ToString().ReplaceLineEndings("\n");
}
