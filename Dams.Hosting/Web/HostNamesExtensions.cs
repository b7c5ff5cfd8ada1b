using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Dams.Hosting.Web;

/// <summary>Sets the hosts under which a server answers.</summary>
public static class HostNamesExtensions
{
    /// <summary>
    /// Lets a server answer under the hosts of its cluster. Without this it answers only under loopback and its own address.
    /// </summary>
    public static WebApplicationBuilder AnswerUnder(this WebApplicationBuilder builder, HostNames names)
    {
        builder.Services.AddSingleton(names);
        return builder;
    }
}
