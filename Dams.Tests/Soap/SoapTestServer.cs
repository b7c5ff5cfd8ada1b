using System.Net;
using System.Security.Cryptography.X509Certificates;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;
using Dams.Hosting.Access;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Service;
using Dams.Service.Audit;
using Dams.Soap;
using Dams.Soap.Security;
using Dams.Tests.Soap.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Dams.Tests.Soap;

/// <summary>The SOAP edge as the front end hosts it, in this process, over real HTTP on a loopback address of its own.</summary>
internal sealed class SoapTestServer : IAsyncDisposable
{
    private static int s_count;
    private readonly WebApplication _app;
    private readonly LoggerFactory _loggers;
    private readonly FakeLogCollector _log;

    private SoapTestServer(WebApplication app, LoggerFactory loggers, FakeLogCollector log)
    {
        _app = app;
        _loggers = loggers;
        _log = log;
        BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Http = new HttpClient { BaseAddress = BaseAddress };
    }

    public Uri BaseAddress { get; }

    public Uri AppointmentService => new(BaseAddress, "/AppointmentService");

    public Uri FrontEnd => new(BaseAddress, "/FrontEnd");

    public HttpClient Http { get; }

    /// <summary>The lines of the log so far, each with its text and exception.</summary>
    public IEnumerable<string> Log => Records.Select(line => $"{line.Message} {line.Exception}");

    /// <summary>The records of the log so far, of all levels and categories.</summary>
    public IReadOnlyList<FakeLogRecord> Records => _log.GetSnapshot();

    /// <summary>The records of the log since the last call.</summary>
    public IReadOnlyList<FakeLogRecord> TakeLog() => _log.GetSnapshot(clear: true);

    public static SoapServiceOptions Options => SoapEndpoints.AppointmentOptions(ClusterTopology.Default());

    public static SoapServiceOptions OriginalOptions => SoapEndpoints.OriginalOptions(ClusterTopology.Default());

    /// <summary>Starts a server as <see cref="NodeWeb"/> makes it for each process.</summary>
    /// <param name="executor">Does the work of both contracts.</param>
    /// <param name="options">The options of the appointment contract; the product's if null.</param>
    /// <param name="user">The authenticated caller, or null.</param>
    /// <param name="service">Stands in for the appointment service over the executor, or null.</param>
    /// <param name="configure">Changes the server before it is built.</param>
    /// <param name="tokens">Takes UsernameTokens for both contracts, or null.</param>
    /// <param name="isHttps">Whether the server speaks HTTPS.</param>
    /// <param name="certificate">The certificate for HTTPS; <see cref="TestCertificate.Loopback"/> if null.</param>
    public static async Task<SoapTestServer> StartAsync(
        IAppointmentExecutor executor,
        SoapServiceOptions? options = null,
        string? user = null,
        IAppointmentService? service = null,
        Action<WebApplicationBuilder>? configure = null,
        UsernameTokens? tokens = null,
        bool isHttps = false,
        X509Certificate2? certificate = null)
    {
        var log = new FakeLogCollector();
        var loggers = new LoggerFactory([new FakeLoggerProvider(log)]);
        var address = new IPAddress([127, 77, (byte)(Interlocked.Increment(ref s_count) % 250 + 1), 1]);
        var builder = isHttps
            ? NodeWeb.CreateBuilder(loggers, new ClusterLimits()).AddContracts()
            : NodeWeb.CreateBuilder(loggers, new ClusterLimits(), new NodeAddress(address, 0)).AddContracts();
        if (isHttps)
        {
            builder.WebHost.UseKestrelHttpsConfiguration()
                .ConfigureKestrel(kestrel =>
                    kestrel.Listen(address, 0, listen => listen.UseHttps(certificate ?? TestCertificate.Loopback)));
        }

        builder.AnswerUnder(new HostNames((options ?? Options).AllowedHosts));
        configure?.Invoke(builder);
        var app = builder.Build();
        var caller = CallerId.TryParse(user?.ToUpperInvariant(), out var id) ? CallerIdentity.Of(id) : null;
        app.MapSoapService<IAppointmentService>(
            SoapPaths.Appointments,
            http => service ?? new AppointmentService(executor, caller, http.Features.Get<CallRecord>(), http.RequestAborted),
            (options ?? Options) with { UsernameTokens = tokens });
        app.MapSoapService<IFrontEndImpl>(
            SoapPaths.Original,
            http => new FrontEndImpl(executor, caller, http.Features.Get<CallRecord>(), http.RequestAborted),
            OriginalOptions with { UsernameTokens = tokens });
        await app.StartAsync().ConfigureAwait(false);
        return new SoapTestServer(app, loggers, log);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync().ConfigureAwait(false);
        _loggers.Dispose();
    }
}
