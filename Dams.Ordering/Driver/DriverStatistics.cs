namespace Dams.Ordering.Driver;

/// <summary>A snapshot of what a driver has done since it started.</summary>
/// <param name="DatagramsReceived">Datagrams that were opened.</param>
/// <param name="MessagesReceived">Messages given to cores.</param>
/// <param name="Posted">Pieces of work from other threads that were done.</param>
/// <param name="PostedWaiting">Pieces of work that are waiting now.</param>
/// <param name="PostedRefused">Pieces of work that were rejected because too many were waiting.</param>
/// <param name="Flushes">Flushes of logs.</param>
/// <param name="LongestTurn">The longest turn of the loop.</param>
public sealed record DriverStatistics(
    long DatagramsReceived, long MessagesReceived, long Posted, int PostedWaiting, long PostedRefused, long Flushes,
    TimeSpan LongestTurn);
