using Dams.Cli;

return await DamsTool.RunAsync(args, CliConsole.OfProcess());
