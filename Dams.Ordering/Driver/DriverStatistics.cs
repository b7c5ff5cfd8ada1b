namespace Dams.Ordering.Driver;

/// <summary>A snapshot of what a driver has done since it started.</summary>
/// <param name="Turns">Turns of the loop that had something to do.</param>
/// <param name="DatagramsReceived">Datagrams that were opened.</param>
/// <param name="MessagesReceived">Messages given to cores.</param>
/// <param name="MessagesSent">Messages taken from outboxes.</param>
/// <param name="Posted">Pieces of work from other threads that were done.</param>
/// <param name="PostedWaiting">Pieces of work that are waiting now.</param>
/// <param name="PostedRefused">Pieces of work that were rejected because too many were waiting.</param>
/// <param name="TimerCalls">Calls of timers.</param>
/// <param name="Flushes">Flushes of logs.</param>
/// <param name="FlushTime">The total time of those flushes.</param>
/// <param name="LongestFlush">The longest of those flushes.</param>
/// <param name="LongestTurn">The longest turn of the loop.</param>
/// <param name="LargestBatch">The most datagrams in one turn.</param>
public sealed record DriverStatistics(
    long Turns, long DatagramsReceived, long MessagesReceived, long MessagesSent, long Posted, int PostedWaiting, long PostedRefused,
    long TimerCalls, long Flushes, TimeSpan FlushTime, TimeSpan LongestFlush, TimeSpan LongestTurn, int LargestBatch);
