namespace Dams.Cli.Users;

/// <summary>The command is refused: the user file is valid, and is not changed.</summary>
internal sealed class UserRefusedException(string why) : Exception(why);
