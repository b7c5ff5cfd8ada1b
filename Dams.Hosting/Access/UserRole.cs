namespace Dams.Hosting.Access;

/// <summary>A right beyond calls of the service. In the user file its name is in lower case.</summary>
public enum UserRole
{
    /// <summary>May see the status page, the status, the events and the requests of the cluster.</summary>
    Operator = 0,
}
