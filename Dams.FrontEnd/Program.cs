using Dams.FrontEnd;
using Dams.Hosting;
using Dams.Ordering;

return await NodeProgram.RunAsync(args, NodeRole.FrontEnd, FrontEndProcess.RunAsync);
