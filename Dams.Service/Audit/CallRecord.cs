using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.ServiceModel;
using System.Text.Json;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;

namespace Dams.Service.Audit;

/// <summary>
/// The operation, the fields and the outcome of one request, for the audit. It is a feature of the request: the service and the check of
/// the user write it, and the front end reads it when the request is answered. One thread at a time.
/// </summary>
public sealed class CallRecord
{
    private const int TextLengthMax = 64;

    /// <summary>The name of the operation; null if no call was made.</summary>
    public string? Operation { get; private set; }

    /// <summary>The caller that the message names, as the client wrote it.</summary>
    public string? Caller { get; private set; }

    /// <summary>The other fields of the call, as the client wrote them, cut to a sensible length.</summary>
    public ImmutableArray<(string Name, string Value)> Fields { get; private set; } = [];

    /// <summary>The name of the outcome or of the fault; null if the call has not ended.</summary>
    public string? Outcome { get; private set; }

    /// <summary>The position of an answered call in the total order.</summary>
    public long? Sequence { get; private set; }

    /// <summary>The user that was not authenticated, as the client wrote it; it may be anybody's name.</summary>
    public string? DeniedUser { get; private set; }

    /// <summary>The reason why the user was not authenticated; null if nobody was refused.</summary>
    public string? DeniedFor { get; private set; }

    /// <summary>Notes that the credentials of the request were refused.</summary>
    /// <param name="user">The user name of the credentials, or null.</param>
    /// <param name="reason">The reason, as a sentence.</param>
    public void Deny(string? user, string reason)
    {
        DeniedUser = user is null ? null : Cut(user);
        DeniedFor = reason;
    }

    internal void Begin<TCommand, TResult>(AppointmentRequest<TCommand, TResult> request)
        where TCommand : Command
    {
        Operation = typeof(TCommand).Name;
        Caller = Cut(request.CallerId ?? "");
        Fields = FieldsOf(request);
    }

    internal void End<TResult>(TResult result, long sequence)
    {
        Outcome = OutcomeOf<TResult>.Property.GetValue(result)!.ToString();
        Sequence = sequence;
    }

    internal void Fail(Exception problem) => Outcome = problem switch
    {
        FaultException<DamsFault> fault => fault.Detail.Code.ToString(),
        OperationCanceledException => "ClientGone",
        _ => nameof(DamsFaultCode.InternalError),
    };

    // An operation that is added to the contract needs no line here.
    private static ImmutableArray<(string, string)> FieldsOf(AppointmentRequest request) =>
    [
        .. PropertiesOf.Fields(request.GetType())
            .Select(property => (JsonNamingPolicy.CamelCase.ConvertName(property.Name), property.GetValue(request)))
            .Where(field => field.Item2 is not null)
            .Select(field => (field.Item1, Cut(Convert.ToString(field.Item2, CultureInfo.InvariantCulture)!))),
    ];

    private static string Cut(string text) => text.Length <= TextLengthMax ? text : text[..TextLengthMax] + "…";

    private static class PropertiesOf
    {
        private static readonly System.Collections.Concurrent.ConcurrentDictionary<Type, PropertyInfo[]> s_known = new();

        public static PropertyInfo[] Fields(Type request) => s_known.GetOrAdd(request, static type =>
        [
            .. type.GetProperties().Where(property =>
                property.Name is not (nameof(AppointmentRequest.CallerId) or nameof(AppointmentRequest.OwnId))),
        ]);
    }

    private static class OutcomeOf<TResult>
    {
        // Every result has one; a test holds that.
        public static readonly PropertyInfo Property = typeof(TResult).GetProperty("Outcome")!;
    }
}
