namespace Dams.Contracts.Soap;

/// <summary>
/// The XML namespaces of the service contracts. A version is part of the name, so that a later contract can stand beside this one.
/// </summary>
public static class SoapNamespaces
{
    /// <summary>The appointment contract.</summary>
    public const string V1 = "http://dams.example.org/appointments/v1";

    /// <summary>The contract of one replica.</summary>
    public const string ReplicaV1 = "http://dams.example.org/replica/v1";

    /// <summary>The contract of the original system.</summary>
    public const string FrontEnd = "http://dams.ws.com/";
}
