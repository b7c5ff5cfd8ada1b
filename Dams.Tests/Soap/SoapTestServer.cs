using System.Net;
using Dams.Contracts.Soap;
using Dams.Service;
using Dams.Soap;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dams.Tests.Soap;

/// <summary>The SOAP edge as the front end hosts it, in this process, over real HTTP on a loopback address of its own.</summary>
internal sealed class SoapTestServer : IAsyncDisposable
{
    private static int s_count;
    private readonly WebApplication _app;

    private SoapTestServer(WebApplication app)
    {
        _app = app;
        BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Http = new HttpClient { BaseAddress = BaseAddress };
    }

    public Uri BaseAddress { get; }

    public Uri AppointmentService => new(BaseAddress, "/AppointmentService");

    public Uri FrontEnd => new(BaseAddress, "/FrontEnd");

    public HttpClient Http { get; }

    /// <summary>The lines of the log so far, each with its text and exception.</summary>
    public IEnumerable<string> Log =>
        _app.Services.GetFakeLogCollector().GetSnapshot().Select(line => $"{line.Message} {line.Exception}");

    public static SoapServiceOptions Options => new()
    {
        Wsdl = WsdlDocuments.AppointmentService,
        CleanText = FaultText.Clean,
        FaultDetail = fault => fault.Kind == SoapHostFaultKind.InternalError
            ? DamsFaults.DetailOfDefect(fault.Reason)
            : DamsFaults.DetailOfMalformed(fault.Reason, fault.Field),
    };

    public static async Task<SoapTestServer> StartAsync(
        IAppointmentExecutor executor, SoapServiceOptions? options = null, string? user = null, IAppointmentService? service = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddFakeLogging();
        var address = new IPAddress([127, 77, (byte)(Interlocked.Increment(ref s_count) % 250 + 1), 1]);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, 0));
        var app = builder.AddSoapHost().Build();
        app.MapSoapService<IAppointmentService>(
            "/AppointmentService",
            http => service ?? new AppointmentService(executor, user, http.RequestAborted),
            options ?? Options);
        app.MapSoapService<IFrontEndImpl>(
            "/FrontEnd",
            http => new FrontEndImpl(executor, user, http.RequestAborted),
            new SoapServiceOptions { Wsdl = WsdlDocuments.FrontEnd, CleanText = FaultText.Clean });
        await app.StartAsync().ConfigureAwait(false);
        return new SoapTestServer(app);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync().ConfigureAwait(false);
    }
}
