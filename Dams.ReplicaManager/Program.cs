using Dams.Contracts.Topology;
using Dams.Hosting;
using Dams.ReplicaManager;

return await NodeProgram.RunAsync(args, NodeRole.Manager, ManagerProcess.RunAsync);
