using System.IdentityModel.Selectors;
using System.Security.Cryptography.X509Certificates;
using System.ServiceModel;
using System.ServiceModel.Security;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;
using Dams.Soap.Security;

namespace Dams.Tests.Soap.Security;

/// <summary>A WCF client with TransportWithMessageCredential talks to a service over HTTPS.</summary>
public sealed class MessageCredentialClientTests
{
    private SoapTestServer _server = null!;
    private KnownUsers _users = null!;

    [SetUp]
    public async Task SetUp()
    {
        _users = new KnownUsers();
        _server = await SoapTestServer.StartAsync(
            new DictionaryExecutor(), tokens: new UsernameTokens(_users, TimeProvider.System), isHttps: true);
    }

    [TearDown]
    public async Task TearDown() => await _server.DisposeAsync();

    [Test]
    public async Task The_client_accepts_the_answer()
    {
        using var factory = Connect(KnownUsers.Password);
        var client = factory.CreateChannel();
        var added = await client.AddAppointmentAsync("MTLA1234", "MTLE210426", AppointmentType.Physician, 2);
        Assert.That(added.Outcome, Is.EqualTo(AddOutcome.Added));
        var again = await client.AddAppointmentAsync("MTLA1234", "MTLE210426", AppointmentType.Physician, 2);
        Assert.That(again.Outcome, Is.EqualTo(AddOutcome.AlreadyExists), "each message has a token of its own");
        Assert.That(_users.Asked.Select(asked => asked.User), Is.EqualTo(new[] { KnownUsers.Name, KnownUsers.Name }));
        factory.Abort();
    }

    [Test]
    public async Task The_client_hears_of_a_wrong_password_and_gets_a_typed_fault_for_a_missing_right()
    {
        using var wrong = Connect("wrong");
        var denied = await Assert.ThrowsAsync<SecurityAccessDeniedException>(() => wrong.CreateChannel()
            .AddAppointmentAsync("MTLA1234", "MTLE210426", AppointmentType.Physician, 2));
        Assert.That(denied!.Message, Is.EqualTo("The caller is not authenticated."), "the client knows the code FailedAuthentication");
        wrong.Abort();

        using var right = Connect(KnownUsers.Password);
        var notPermitted = await Assert.ThrowsAsync<FaultException<DamsFault>>(() => right.CreateChannel()
            .ListAppointmentAvailabilityAsync("MTLP1234", AppointmentType.Dental));
        Assert.That(notPermitted!.Detail.Code, Is.EqualTo(DamsFaultCode.NotPermitted));
        right.Abort();
    }

    private ChannelFactory<IAppointmentService> Connect(string password)
    {
        var binding = new BasicHttpBinding(BasicHttpSecurityMode.TransportWithMessageCredential)
        {
            SendTimeout = TimeSpan.FromSeconds(30),
        };
        binding.Security.Message.ClientCredentialType = BasicHttpMessageCredentialType.UserName;
        var factory = new ChannelFactory<IAppointmentService>(binding, new EndpointAddress(_server.AppointmentService));
        factory.Credentials.UserName.UserName = KnownUsers.Name;
        factory.Credentials.UserName.Password = password;
        factory.Credentials.ServiceCertificate.SslCertificateAuthentication = new X509ServiceCertificateAuthentication
        {
            CertificateValidationMode = X509CertificateValidationMode.Custom,
            CustomCertificateValidator = new OwnCertificate(),
        };
        return factory;
    }

    private sealed class OwnCertificate : X509CertificateValidator
    {
        public override void Validate(X509Certificate2 certificate)
        {
            if (certificate.Thumbprint != TestCertificate.Loopback.Thumbprint)
                throw new System.IdentityModel.Tokens.SecurityTokenValidationException(certificate.Subject);
        }
    }
}
