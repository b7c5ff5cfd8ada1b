using Dams.Hosting;
using Dams.Ordering;
using Dams.ReplicaManager;

return await NodeProgram.RunAsync(args, NodeRole.Manager, ManagerProcess.RunAsync);
