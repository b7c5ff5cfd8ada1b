using Dams.Contracts.Topology;
using Dams.FrontEnd;
using Dams.Hosting;

return await NodeProgram.RunAsync(args, NodeRole.FrontEnd, FrontEndProcess.RunAsync);
