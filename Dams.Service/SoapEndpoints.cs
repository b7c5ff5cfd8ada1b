using System.ServiceModel;
using Dams.Contracts.Soap;
using Dams.Hosting.Topology;
using Dams.Hosting.Web;
using Dams.Service.Audit;
using Dams.Soap;
using Dams.Soap.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Dams.Service;

/// <summary>Puts the cluster's SOAP contracts at their paths, with the cluster's limits and addresses.</summary>
public static class SoapEndpoints
{
    /// <summary>The SOAP host of this build, for people.</summary>
    public static string HostName => SoapServiceExtensions.SoapHostName;

    /// <summary>Prepares a process's server for the contracts. Called before the server is built.</summary>
    public static WebApplicationBuilder AddContracts(this WebApplicationBuilder builder) => builder.AddSoapHost();

    /// <summary>
    /// Serves the appointment contract. The executor does the work. Without access rules, anybody may call; without tokens, users
    /// authenticate by HTTP only.
    /// </summary>
    public static void MapAppointments(
        this IEndpointRouteBuilder web,
        ClusterTopology topology,
        IAppointmentExecutor executor,
        ICallerAccess? access = null,
        UsernameTokens? tokens = null) =>
        web.MapSoapService<IAppointmentService>(
            SoapPaths.Appointments,
            http => new AppointmentService(
                access?.Limited(http, executor) ?? executor,
                access?.UserOf(http),
                http.Features.Get<CallRecord>(),
                http.RequestAborted),
            Guarded(AppointmentOptions(topology), access, refusal => refusal.ToFault()) with { UsernameTokens = tokens });

    /// <summary>
    /// Serves the original system's contract. The executor does the work; the faults are strings. Without access rules, anybody may call;
    /// without tokens, users authenticate by HTTP only.
    /// </summary>
    public static void MapOriginal(
        this IEndpointRouteBuilder web,
        ClusterTopology topology,
        IAppointmentExecutor executor,
        ICallerAccess? access = null,
        UsernameTokens? tokens = null) =>
        web.MapSoapService<IFrontEndImpl>(
            SoapPaths.Original,
            http => new FrontEndImpl(
                access?.Limited(http, executor) ?? executor,
                access?.UserOf(http),
                http.Features.Get<CallRecord>(),
                http.RequestAborted),
            Guarded(OriginalOptions(topology), access, refusal => FrontEndFaults.Bare(refusal.ToFault())) with { UsernameTokens = tokens });

    /// <summary>Serves a replica's own contract. The topology has no public address, because that leads to the front end.</summary>
    public static void MapReplica(this IEndpointRouteBuilder web, ClusterTopology topology, IReplicaService replica)
    {
        var options = OptionsOf(topology, WsdlDocuments.ReplicaService,
            fault => ReplicaFaults.DetailOf(fault.Kind == SoapHostFaultKind.InternalError, fault.Reason, fault.Field));
        web.MapSoapService(SoapPaths.Replica, replica, options with
        {
            SampleValues = ReplicaSamples.Values,
            SampleAnswers = ReplicaSamples.Answers,
        });
    }

    /// <summary>How the appointment contract is hosted.</summary>
    internal static SoapServiceOptions AppointmentOptions(ClusterTopology topology) =>
        OptionsOf(topology, WsdlDocuments.AppointmentService, DetailOfAppointments) with
        {
            SampleValues = SoapSamples.AppointmentValues,
            SampleAnswers = SoapSamples.AppointmentAnswers,
        };

    /// <summary>How the original contract is hosted. The original system accepted Latin-1, so some of its clients send it.</summary>
    internal static SoapServiceOptions OriginalOptions(ClusterTopology topology) =>
        OptionsOf(topology, WsdlDocuments.FrontEnd, _ => null) with
        {
            AcceptsLatin1 = true,
            IsForgiving = true,
            SampleValues = SoapSamples.FrontEndValues,
            SampleAnswers = SoapSamples.FrontEndAnswers,
        };

    private static SoapServiceOptions Guarded(
        SoapServiceOptions options, ICallerAccess? access, Func<AccessRefusal, FaultException> faultOf) =>
        access is null ? options : options with
        {
            Challenges = access.Challenges,
            Authorize = async http => await access.RefusalOfAsync(http).ConfigureAwait(false) is { } refusal
                ? new SoapDenial(faultOf(refusal), refusal.Status, refusal.RetryAfter)
                : null,
        };

    private static object? DetailOfAppointments(SoapHostFault fault) => fault.Kind == SoapHostFaultKind.InternalError
        ? DamsFaults.DetailOfDefect(fault.Reason)
        : DamsFaults.DetailOfMalformed(fault.Reason, fault.Field);

    private static SoapServiceOptions OptionsOf(ClusterTopology topology, string wsdl, Func<SoapHostFault, object?> detail) => new()
    {
        Wsdl = wsdl,
        CleanText = FaultText.Clean,
        PublicBaseUrl = topology.PublicBaseUrl,
        AllowedHosts = topology.AllowedHosts,
        RequestBytesMax = topology.Limits.RequestBytesMax,
        DepthMax = topology.Limits.XmlDepthMax,
        FaultDetail = detail,
        Pages = ClientPages.All,
    };
}
