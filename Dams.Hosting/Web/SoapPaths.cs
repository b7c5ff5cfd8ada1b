namespace Dams.Hosting.Web;

/// <summary>The paths of the SOAP contracts, for the processes that serve them and for those that call them.</summary>
public static class SoapPaths
{
    /// <summary>The path of the appointment contract, at the front end and at each replica.</summary>
    public const string Appointments = "/AppointmentService";

    /// <summary>The path of the original system's contract.</summary>
    public const string Original = "/FrontEnd";

    /// <summary>The path of a replica's own contract.</summary>
    public const string Replica = "/ReplicaService";
}
