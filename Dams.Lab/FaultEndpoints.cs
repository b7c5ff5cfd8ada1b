using System.Text.Json.Serialization.Metadata;
using Dams.Hosting.Web;
using Microsoft.AspNetCore.Routing;

namespace Dams.Lab;

/// <summary>Takes the orders for faults, at paths of the form <c>/lab/{fault}</c>.</summary>
public static class FaultEndpoints
{
    /// <summary>The path of the lab.</summary>
    public const string Path = "/lab";

    /// <summary>Serves the orders for one fault; see <see cref="OrderEndpoints.MapOrder"/>.</summary>
    public static void MapFault<T>(
        this IEndpointRouteBuilder web, string fault, OrderToken token, JsonTypeInfo<T> json, T sample,
        Func<T, CancellationToken, Task<string>> apply)
        where T : class => web.MapOrder($"{Path}/{fault}", token, json, sample, apply);
}
