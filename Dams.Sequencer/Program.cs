using Dams.Hosting;
using Dams.Ordering;
using Dams.Sequencer;

return await NodeProgram.RunAsync(args, NodeRole.Sequencer, SequencerProcess.RunAsync);
