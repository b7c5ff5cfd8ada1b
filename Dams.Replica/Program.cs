using Dams.Hosting;
using Dams.Ordering;
using Dams.Replica.Hosting;

return await NodeProgram.RunAsync(
    args, NodeRole.Replica, ReplicaProcess.RunAsync, ReplicaProcess.Standalone, ReplicaProcess.Version, ReplicaProcess.Joins);
