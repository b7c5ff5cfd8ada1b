// Fixtures that are marked as parallel run two at a time, before all others: those that compute, and those of clusters that mostly wait for
// timeouts. A fixture that measures times, memory or lost datagrams runs alone.
[assembly: LevelOfParallelism(2)]
