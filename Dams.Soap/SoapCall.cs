namespace Dams.Soap;

/// <summary>A call that was read: an operation with the values of its parameters.</summary>
/// <param name="Operation">The operation that is called.</param>
/// <param name="Arguments">The values, in the order of the parameters; null where an optional one is absent.</param>
internal sealed record SoapCall(SoapOperation Operation, object?[] Arguments);
