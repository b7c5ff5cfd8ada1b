using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using idunno.Authentication.Basic;
using Microsoft.AspNetCore.Authentication.Certificate;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.IdentityModel.Tokens;

namespace Dams.FrontEnd.Access;

/// <summary>Registers the handlers of the ways to authenticate: Basic always, JWT bearer and client certificates if they are set.</summary>
internal static class AccessSchemes
{
    // Asymmetric ones only. With a symmetric one, everybody who can check a token could make one.
    private static readonly string[] s_algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private const string NoScheme = "None";

    // Two clocks that are not set by the same source differ by less.
    private static readonly TimeSpan s_clockSkew = TimeSpan.FromMinutes(1);

    // A provider that is not reached must not hold up calls for a minute, which is the default.
    private static readonly TimeSpan s_providerPatience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Adds everything about access to a front end's server, in the order in which a request meets it: the address that a trusted proxy
    /// names, the headers of answers, the limit of the address. Users are authenticated later, by what they ask for.
    /// </summary>
    public static WebApplicationBuilder AddFrontAccess(this WebApplicationBuilder builder, ClusterTopology topology, FrontAccess access) =>
        builder.TrustProxies(topology.TrustedProxies)
            .AddPageHeaders()
            .LimitAddresses(topology.Limits, access.Shares)
            .AddHandlers(access.Gate);

    /// <summary>Registers the handlers. Nothing is registered if nobody has to authenticate.</summary>
    private static WebApplicationBuilder AddHandlers(this WebApplicationBuilder builder, AccessGate? gate)
    {
        if (gate is null)
            return builder;
        // A default that is no scheme. Otherwise the framework would authenticate every request by itself, also where nobody needs it.
        var schemes = builder.Services.AddAuthentication(NoScheme).AddBasic(basic => Configure(basic, gate));
        RemoveDataProtection(builder.Services);
        if (gate.Settings.Jwt is { } jwt)
            schemes.AddJwtBearer(bearer => Configure(bearer, gate, jwt));
        if (gate.Settings.Certificates is not null)
            schemes.AddCertificate(certificate => Configure(certificate, gate));
        return builder;
    }

    private static void Configure(BasicAuthenticationOptions basic, AccessGate gate)
    {
        basic.Realm = AccessGate.Realm;
        // The gate lets no credentials in that came over the network in the clear.
        basic.AllowInsecureProtocol = true;
        basic.Events = new BasicAuthenticationEvents
        {
            OnValidateCredentials = async context =>
            {
                var http = context.HttpContext;
                var verdict = await gate.Passwords.CheckAsync(
                    context.Username, context.Password, http.Connection.RemoteIpAddress, http.RequestAborted).ConfigureAwait(false);
                if (verdict.RetryAfter is { } wait)
                    http.Features.Set(new Postponed(wait));
                if (verdict.Identity is { } identity)
                {
                    context.Principal = AccessGate.Admit(http, identity, context.Scheme.Name);
                    context.Success();
                }
                else
                {
                    context.Fail("the name or the password is wrong");
                }
            },
        };
    }

    private static void Configure(JwtBearerOptions bearer, AccessGate gate, JwtSettings jwt)
    {
        bearer.MapInboundClaims = false;
        bearer.Authority = jwt.Authority?.ToString();
        bearer.RequireHttpsMetadata = jwt.Authority?.Scheme == Uri.UriSchemeHttps;
        bearer.BackchannelTimeout = s_providerPatience;
        bearer.TokenValidationParameters = new TokenValidationParameters
        {
            ValidAlgorithms = s_algorithms,
            ValidAudience = jwt.Audience,
            ValidIssuer = jwt.Issuer,
            IssuerSigningKeys = gate.Keys.TokenKeys,
            ValidateIssuerSigningKey = true,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ClockSkew = s_clockSkew,
        };
        bearer.Events = new JwtBearerEvents
        {
            OnTokenValidated = context =>
            {
                var name = context.Principal?.FindFirst(jwt.Claim)?.Value;
                if (name is not null && gate.IdentityOf(name) is { } identity)
                    context.Principal = AccessGate.Admit(context.HttpContext, identity, context.Scheme.Name);
                else
                    context.Fail($"the claim {jwt.Claim} names no user");
                return Task.CompletedTask;
            },
            // A provider that is not reached, too: nobody can say who the caller is.
            OnAuthenticationFailed = context =>
            {
                context.Fail(context.Exception);
                return Task.CompletedTask;
            },
        };
    }

    private static void Configure(CertificateAuthenticationOptions certificate, AccessGate gate)
    {
        // A self-signed certificate counts if a user names its thumbprint, and never by its subject, which anybody can write.
        certificate.AllowedCertificateTypes = gate.Keys.Authorities.Count > 0 ? CertificateTypes.All : CertificateTypes.SelfSigned;
        certificate.ChainTrustValidationMode = X509ChainTrustMode.CustomRootTrust;
        certificate.CustomTrustStore = gate.Keys.Authorities;
        // A user whose certificate is lost is locked, or the certificate is removed from the user file.
        certificate.RevocationMode = X509RevocationMode.NoCheck;
        certificate.Events = new CertificateAuthenticationEvents
        {
            OnCertificateValidated = context =>
            {
                var shown = context.ClientCertificate;
                var isIssued = !shown.SubjectName.RawData.AsSpan().SequenceEqual(shown.IssuerName.RawData);
                var users = gate.Users.Current;
                var user = users.FindByCertificate(shown.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant())
                    ?? (isIssued ? users.FindByCertificate(shown.SubjectName.Name) : null);
                if (user is { IsLocked: false })
                {
                    context.Principal = AccessGate.Admit(context.HttpContext, user.ToIdentity(), context.Scheme.Name);
                    context.Success();
                }
                else
                {
                    context.Fail("the certificate stands for no user");
                }

                return Task.CompletedTask;
            },
        };
    }

    // It is for cookies, which nobody gets here. Its hosted service would write keys into the user's home folder.
    private static void RemoveDataProtection(IServiceCollection services)
    {
        var own = typeof(EphemeralDataProtectionProvider).Assembly;
        foreach (var service in services
            .Where(service => service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Assembly == own)
            .ToList())
        {
            services.Remove(service);
        }

        services.Replace(ServiceDescriptor.Singleton<IDataProtectionProvider, EphemeralDataProtectionProvider>());
    }
}
