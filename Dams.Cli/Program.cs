using Dams.Cli;
using Dams.Hosting.Folders;

// Before the first file: the children have the same mask.
FolderRights.KeepNewFilesPrivate();
return await DamsTool.RunAsync(args, CliConsole.OfProcess());
