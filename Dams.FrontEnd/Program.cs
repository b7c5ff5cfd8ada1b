using Dams.Contracts.Topology;
using Dams.Hosting;

return await NodeProgram.RunAsync(args, NodeRole.FrontEnd, async (_, stopping) =>
{
    await Task.Delay(Timeout.Infinite, stopping);
    return ExitCodes.Stopped;
});
