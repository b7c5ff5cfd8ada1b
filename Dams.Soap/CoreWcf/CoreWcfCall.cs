using Microsoft.AspNetCore.Http;

namespace Dams.Soap.CoreWcf;

/// <summary>
/// A call on its way through CoreWCF. It belongs to the flow of control, because CoreWCF reports some errors without a message.
/// </summary>
/// <param name="http">The request of the client.</param>
/// <param name="call">The checked call.</param>
internal sealed class CoreWcfCall(HttpContext http, SoapCall call)
{
    private static readonly AsyncLocal<CoreWcfCall?> s_current = new();

    /// <summary>The request of the client.</summary>
    public HttpContext Http => http;

    /// <summary>The operation that is called.</summary>
    public SoapOperation Operation => call.Operation;

    /// <summary>The last exception that CoreWCF reported, or null.</summary>
    public Exception? Failure { get; set; }

    /// <summary>The call that the current code belongs to. Set once, by the dispatcher.</summary>
    public static CoreWcfCall Current
    {
        get => s_current.Value ?? throw new InvalidOperationException("no call is on its way through CoreWCF");
        set => s_current.Value = value;
    }
}
