using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Dams.FrontEnd.Access;
using Dams.Hosting.Access;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Ordering.Driver;
using Dams.Service;
using Dams.Tests.Network;
using Dams.Tests.Soap;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Dams.Tests.Access;

/// <summary>The server of a front end with everything about access, in this process, over real HTTP and HTTPS.</summary>
internal sealed class AccessTestServer : IAsyncDisposable
{
    /// <summary>The password of every user.</summary>
    public const string Password = "correct horse battery staple";

    private static readonly string s_hash = PasswordHash.Of(Password);
    private static readonly X509Certificate2 s_certificate = SelfSigned("CN=localhost");

    private readonly WebApplication _app;
    private readonly FrontAccess _access;
    private readonly LoggerFactory _loggers;

    private AccessTestServer(WebApplication app, FrontAccess access, LoggerFactory loggers, FakeLogCollector log)
    {
        _app = app;
        _access = access;
        _loggers = loggers;
        Log = log;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
            .Select(address => new Uri(address)).ToList();
        Plain = addresses.First(it => it.Scheme == Uri.UriSchemeHttp);
        Secure = addresses.First(it => it.Scheme == Uri.UriSchemeHttps);
    }

    public Uri Plain { get; }

    public Uri Secure { get; }

    public FakeLogCollector Log { get; }

    /// <summary>Users as most tests need them.</summary>
    public static UserList Users => UserList.Empty
        .With(new User { Name = "MTLA1234", Password = s_hash })
        .With(new User { Name = "MTLP1234", Password = s_hash })
        .With(new User { Name = "QUEP1234", Password = s_hash, IsLocked = true })
        .With(new User { Name = "clinic-mtl", Password = s_hash, SpeaksFor = [new(Dams.Contracts.Domain.Hospital.MTL, false, null)] })
        .With(new User { Name = "anna", Password = s_hash, Roles = [UserRole.Operator] });

    public static async Task<AccessTestServer> StartAsync(
        ClusterTopology topology, IAppointmentExecutor? executor = null, bool asksForCertificates = false)
    {
        var log = new FakeLogCollector();
        var loggers = new LoggerFactory([new FakeLoggerProvider(log)]);
        // The time stands still, so that no wait elapses while a test runs.
        var access = FrontAccess.Open(topology, loggers, new ClockSource(new FakeTimeProvider()));
        var address = TestAddresses.Next();
        var builder = NodeWeb.CreateBuilder(loggers, topology.Limits, new NodeAddress(address, 0))
            .AddFrontAccess(topology, access)
            .AddContracts();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(address, 0, listen =>
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ =>
                {
                    var options = new System.Net.Security.SslServerAuthenticationOptions { ServerCertificate = s_certificate };
                    if (asksForCertificates)
                        ClientCertificates.Request(options);
                    return ValueTask.FromResult(options);
                },
            })));
        var app = builder.Build();
        var work = executor ?? new DictionaryExecutor();
        app.MapAppointments(topology, work, access.Callers);
        app.MapOriginal(topology, work, access.Callers);
        var pages = new OperatorPages(access.Gate);
        app.MapGet("/status", pages.Only(http => http.Response.WriteAsync("the status")));
        app.MapGet("/health", pages.Health(http => http.Response.WriteAsync("healthy")));
        await app.StartAsync();
        return new AccessTestServer(app, access, loggers, log);
    }

    /// <summary>Sends a SOAP 1.1 message without encryption. At <c>/FrontEnd</c>, the answer is not parsed.</summary>
    public async Task<SoapAnswer> SendAsync(AuthenticationHeaderValue? credentials, string body, string path = SoapPaths.Appointments)
    {
        using var client = Client();
        using var request = SoapMessage.Post(new Uri(Plain, path), Encoding.UTF8.GetBytes(SoapMessage.Envelope(body)), "text/xml");
        request.Headers.Authorization = credentials;
        using var response = await client.SendAsync(request);
        var type = path == SoapPaths.Original ? new MediaTypeHeaderValue("text/plain") : response.Content.Headers.ContentType;
        return new SoapAnswer(response.StatusCode, type, await response.Content.ReadAsStringAsync());
    }

    /// <summary>A client that trusts the server, with a certificate or without one.</summary>
    public static HttpClient Client(X509Certificate2? certificate = null)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
#pragma warning disable CA5359 // These tests are about the client's certificate.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        if (certificate is not null)
            handler.SslOptions.ClientCertificates = [certificate];
        return new HttpClient(handler);
    }

    public static AuthenticationHeaderValue Basic(string name, string password = Password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}")));

    public static X509Certificate2 SelfSigned(string subject, X509Certificate2? issuer = null, bool isAuthority = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        if (isAuthority)
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = DateTimeOffset.UtcNow;
        if (issuer is null)
        {
            using var own = request.CreateSelfSigned(now.AddDays(-2), now.AddDays(30));
            return X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), null);
        }

        using var issued = request.Create(issuer, now.AddDays(-1), now.AddDays(20), [1, 2, 3, 4]).CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(issued.Export(X509ContentType.Pkcs12), null);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _access.Dispose();
        _loggers.Dispose();
    }
}
