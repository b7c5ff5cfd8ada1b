namespace Dams.FrontEnd.Control;

/// <summary>Stops the whole cluster.</summary>
internal sealed record ShutdownOrder;
