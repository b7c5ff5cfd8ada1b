using System.ServiceModel;
using Dams.Contracts.Soap;

namespace Dams.Service;

/// <summary>Makes the faults of the replica contract.</summary>
public static class ReplicaFaults
{
    /// <summary>A parameter is malformed.</summary>
    /// <param name="field">The name of the parameter.</param>
    /// <param name="reason">A text that says what is wrong and what is expected.</param>
    public static FaultException<ReplicaFault> InvalidRequest(string field, string reason)
    {
        var text = FaultText.Reason(reason);
        return new FaultException<ReplicaFault>(
            new ReplicaFault { Code = ReplicaFaultCode.InvalidRequest, Field = field, Reason = text },
            new FaultReason(text),
            new FaultCode("Sender"),
            null);
    }

    /// <summary>The detail of a fault with which the SOAP host itself answers.</summary>
    /// <param name="isDefect">True if the replica failed, false if the caller did.</param>
    /// <param name="reason">The host's text.</param>
    /// <param name="field">The element that is wrong, or null.</param>
    public static ReplicaFault DetailOf(bool isDefect, string reason, string? field) => new()
    {
        Code = isDefect ? ReplicaFaultCode.InternalError : ReplicaFaultCode.InvalidRequest,
        Field = field,
        Reason = reason,
    };
}
