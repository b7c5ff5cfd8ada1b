using Dams.Contracts.Topology;
using Dams.Hosting;
using Dams.Sequencer;

return await NodeProgram.RunAsync(args, NodeRole.Sequencer, SequencerProcess.RunAsync);
