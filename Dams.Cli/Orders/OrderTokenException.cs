namespace Dams.Cli.Orders;

/// <summary>The token that an order needs can't be read. The message says which file has it, and what to do.</summary>
internal sealed class OrderTokenException(string message, Exception cause) : Exception(message, cause);
