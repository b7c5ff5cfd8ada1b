using System.Collections.Concurrent;
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
    private readonly LogLines _log;

    private SoapTestServer(WebApplication app, LogLines log)
    {
        _app = app;
        _log = log;
        BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Http = new HttpClient { BaseAddress = BaseAddress };
    }

    public Uri BaseAddress { get; }

    public Uri AppointmentService => new(BaseAddress, "/AppointmentService");

    public Uri FrontEnd => new(BaseAddress, "/FrontEnd");

    public HttpClient Http { get; }

    public IReadOnlyCollection<string> Log => _log.Lines;

    public static SoapServiceOptions Options => new()
    {
        Wsdl = WsdlDocuments.AppointmentService,
        CleanText = FaultText.Clean,
        FaultDetail = fault => fault.Kind == SoapHostFaultKind.InternalError
            ? DamsFaults.DetailOfDefect(fault.Reason)
            : DamsFaults.DetailOfMalformed(fault.Reason, fault.Field),
    };

    public static async Task<SoapTestServer> StartAsync(
        IAppointmentExecutor executor, SoapServiceOptions? options = null, string? user = null)
    {
        var log = new LogLines();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log);
        var address = new IPAddress([127, 77, (byte)(Interlocked.Increment(ref s_count) % 250 + 1), 1]);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, 0));
        var app = builder.Build();
        app.MapSoapService<IAppointmentService>(
            "/AppointmentService", http => new AppointmentService(executor, user, http.RequestAborted), options ?? Options);
        app.MapSoapService<IFrontEndImpl>(
            "/FrontEnd",
            http => new FrontEndImpl(executor, user, http.RequestAborted),
            new SoapServiceOptions { Wsdl = WsdlDocuments.FrontEnd, CleanText = FaultText.Clean });
        await app.StartAsync().ConfigureAwait(false);
        return new SoapTestServer(app, log);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{eventId.Id} {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
