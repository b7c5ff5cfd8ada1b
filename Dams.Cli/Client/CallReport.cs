using System.Net.Sockets;
using System.ServiceModel;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;

namespace Dams.Cli.Client;

/// <summary>The result of a call: an answer or a fault.</summary>
internal abstract record CallReport
{
    private CallReport()
    {
    }

    /// <summary>The exit code of the tool after this call.</summary>
    public abstract int ExitCode { get; }

    /// <summary>The service answered.</summary>
    public sealed record Answer(string Outcome, bool IsSuccess, string Message, long Sequence) : CallReport
    {
        public SlotItem[]? Slots { get; init; }

        public BookingItem[]? Bookings { get; init; }

        public RelocationItem[]? Relocations { get; init; }

        public AppointmentType? Type { get; init; }

        public override int ExitCode => IsSuccess ? CliExitCodes.Success : CliExitCodes.OtherOutcome;
    }

    /// <summary>The service refused, or gave no usable answer.</summary>
    /// <param name="Code">A fault code of the contract, or <see cref="UnreachableCode"/> or <see cref="NoDetailCode"/>.</param>
    /// <param name="Reason">An explanation for people.</param>
    /// <param name="Execution">Whether the request has had its effect.</param>
    /// <param name="RequestId">The id with which the call can be repeated safely.</param>
    public sealed record Fault(string Code, string Reason, ExecutionState Execution, string? RequestId) : CallReport
    {
        /// <summary>There was no answer, or one that the service does not give.</summary>
        public const string UnreachableCode = "Unreachable";

        /// <summary>A SOAP fault without the detail of the contract.</summary>
        public const string NoDetailCode = "SoapFault";

        public string? Field { get; init; }

        public int? RetryAfterMs { get; init; }

        public override int ExitCode => Code switch
        {
            nameof(DamsFaultCode.InvalidRequest) => CliExitCodes.Usage,
            UnreachableCode => CliExitCodes.Unreachable,
            _ => CliExitCodes.Fault,
        };

        /// <summary>Whether another front end may give an answer to the same request.</summary>
        public bool IsWorthAnotherFrontEnd => Code is UnreachableCode or AccessException.TooManyRequests
            or nameof(DamsFaultCode.Overloaded) or nameof(DamsFaultCode.SequencerUnavailable)
            or nameof(DamsFaultCode.NoQuorum) or nameof(DamsFaultCode.InsufficientReplicas);

        /// <summary>
        /// Joins the faults of several front ends, at least one, to the last one. The request may have been executed if one of them does
        /// not know.
        /// </summary>
        public static Fault Of(IReadOnlyList<Fault> faults)
        {
            var last = faults[^1];
            var unsure = faults.FirstOrDefault(fault => fault.Execution != ExecutionState.NotExecuted);
            return faults.Count == 1 ? last : last with
            {
                Reason = string.Join(" ", faults.Select(fault => fault.Reason).Distinct()),
                Execution = last.Execution == ExecutionState.NotExecuted && unsure is not null ? unsure.Execution : last.Execution,
            };
        }

        public static Fault Of(DamsFault detail, string requestId) => new(
            detail.Code.ToString(), detail.Reason, detail.Execution, detail.RequestId ?? requestId)
        {
            Field = detail.Field,
            RetryAfterMs = detail.RetryAfterMsSpecified ? detail.RetryAfterMs : null,
        };

        /// <summary>The fault for an exception of the channel.</summary>
        public static Fault Of(Exception problem, Uri url, string requestId) => problem switch
        {
            _ when AccessException.Of(problem) is { } refusal => new Fault(
                refusal.Code, refusal.Message, ExecutionState.NotExecuted, requestId)
            {
                RetryAfterMs = refusal.RetryAfter is { } pause ? (int)pause.TotalMilliseconds : null,
            },
            FaultException fault => new Fault(NoDetailCode, fault.Message, ExecutionState.Unknown, requestId),
            // The connection was refused before the request went out, so the request can't have been executed.
            _ when IsRefused(problem) => new Fault(
                UnreachableCode, $"nobody answers at {url}: is the cluster up?", ExecutionState.NotExecuted, requestId),
            TimeoutException => new Fault(UnreachableCode, $"{url} did not answer in time", ExecutionState.Unknown, requestId),
            _ => new Fault(
                UnreachableCode, $"{url} did not answer as the service does: {problem.Message}", ExecutionState.Unknown, requestId),
        };

        private static bool IsRefused(Exception problem)
        {
            for (var cause = problem; cause is not null; cause = cause.InnerException)
            {
                if (cause is SocketException
                    {
                        SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound or SocketError.NetworkUnreachable,
                    })
                    return true;
            }

            return false;
        }
    }
}
