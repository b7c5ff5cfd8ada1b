namespace Dams.Contracts.Soap;

/// <summary>The hand-written WSDL documents, as this assembly embeds them. The host replaces the addresses in them.</summary>
public static class WsdlDocuments
{
    private static readonly Lazy<string> s_appointmentService = new(() => Read("AppointmentService.wsdl"));
    private static readonly Lazy<string> s_frontEnd = new(() => Read("FrontEnd.wsdl"));
    private static readonly Lazy<string> s_replicaService = new(() => Read("ReplicaService.wsdl"));

    /// <summary>The contract of <see cref="IAppointmentService"/>.</summary>
    public static string AppointmentService => s_appointmentService.Value;

    /// <summary>The contract of <see cref="IFrontEndImpl"/>.</summary>
    public static string FrontEnd => s_frontEnd.Value;

    /// <summary>The contract of <see cref="IReplicaService"/>.</summary>
    public static string ReplicaService => s_replicaService.Value;

    private static string Read(string name)
    {
        var resource = $"{typeof(WsdlDocuments).Namespace}.{name}";
        using var stream = typeof(WsdlDocuments).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"the resource {resource} is missing from the assembly");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
