using System.Globalization;
using System.ServiceModel;
using Dams.Contracts.Soap;

namespace Dams.Service;

/// <summary>
/// Faults in the words of the original system's contract. They name its parameters, not those of the appointment contract, and say
/// nothing of request ids, which it does not have.
/// </summary>
internal static class FrontEndFaults
{
    /// <summary>A fault without detail, which this contract does not have, for a request that is not admitted.</summary>
    public static FaultException Bare(FaultException<DamsFault> fault) => new(new FaultReason(TextOf(fault.Detail)), fault.Code, null);

    /// <summary>The answer that stands for a fault: <c>Code: reason</c>.</summary>
    public static string TextOf(DamsFault fault)
    {
        // No request of this contract has an id. So this would be a defect.
        if (fault.Code == DamsFaultCode.RequestIdReused)
            return TextOf(DamsFaults.InternalError().Detail);
        var reason = fault.Reason;
        if (fault.Field is { } field && reason.StartsWith(field + " ", StringComparison.Ordinal))
            reason = NameOf(field) + reason[field.Length..];
        if (fault is { Execution: ExecutionState.NotExecuted, RetryAfterMsSpecified: true })
        {
            var seconds = (fault.RetryAfterMs + 999) / 1000;
            reason += string.Create(
                CultureInfo.InvariantCulture,
                $" The request was not executed; try again in {seconds} {(seconds == 1 ? "second" : "seconds")}.");
        }

        return $"{fault.Code}: {reason}";
    }

    // The name here of a parameter of the appointment contract. The original writes ID where that contract has Id.
    private static string NameOf(string field) => field switch
    {
        "callerId" => "userID",
        _ when field.EndsWith("Id", StringComparison.Ordinal) => field[..^2] + "ID",
        _ => field,
    };
}
