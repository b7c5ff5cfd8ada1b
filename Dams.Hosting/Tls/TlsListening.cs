using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Dams.Hosting.Tls;

/// <summary>Makes servers speak TLS.</summary>
public static class TlsListening
{
    /// <summary>Makes a server speak TLS at all its addresses, and nothing else.</summary>
    /// <param name="builder">The builder of the server.</param>
    /// <param name="tls">How it speaks TLS; null if it speaks plain HTTP.</param>
    public static WebApplicationBuilder SpeakTls(this WebApplicationBuilder builder, ServerTls? tls)
    {
        if (tls is not null)
            builder.Services.AddSingleton(tls);
        return builder;
    }
}
