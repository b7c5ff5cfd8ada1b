namespace Dams.Ordering.Driver;

/// <summary>Too much work is waiting for the driver. Try again later, or report this to the caller.</summary>
public sealed class DriverBusyException() : Exception("Too much work is waiting for the loop.");

/// <summary>The driver has ended and does no more work.</summary>
public sealed class DriverStoppedException() : Exception("The loop has ended.");
