using System.Net;
using System.ServiceModel;
using Dams.Contracts.Soap;
using Dams.Soap;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dams.Tests.Soap;

/// <summary>The replica's contract crosses the wire without a loss, in both SOAP versions.</summary>
[TestFixture("1.1")]
[TestFixture("1.2")]
public sealed class ReplicaServiceTests(string version)
{
    private WebApplication _app = null!;
    private ChannelFactory<IReplicaService> _factory = null!;
    private IReplicaService _client = null!;

    [SetUp]
    public async Task SetUp()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(new IPAddress([127, 78, 1, 1]), 0));
        _app = builder.AddSoapHost().Build();
        _app.MapSoapService<IReplicaService>("/ReplicaService", new FixedReplica(), new SoapServiceOptions
        {
            Wsdl = WsdlDocuments.ReplicaService,
            CleanText = FaultText.Clean,
            FaultDetail = fault => new ReplicaFault
            {
                Code = fault.Kind == SoapHostFaultKind.InternalError ? ReplicaFaultCode.InternalError : ReplicaFaultCode.InvalidRequest,
                Field = fault.Field,
                Reason = fault.Reason,
            },
        });
        await _app.StartAsync();
        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        _factory = new ChannelFactory<IReplicaService>(
            ServiceModelClientTests.BindingOf(version), new EndpointAddress(address + "/ReplicaService"));
        _client = _factory.CreateChannel();
    }

    [TearDown]
    public async Task TearDown()
    {
        _factory.Abort();
        ((IDisposable)_factory).Dispose();
        await _app.DisposeAsync();
    }

    [Test]
    public async Task Every_operation_answers_what_the_replica_said()
    {
        var status = await _client.GetStatusAsync();
        Assert.That(
            (status.Id, status.Incarnation, status.Boot, status.Engine, status.Epoch, status.Executed, status.Durable,
                status.FirstLogged, status.LastLogged, status.StateDigest, status.DigestAt, status.ProcessId, status.Checkpoint,
                status.WaitingBeforeSpecified, status.SessionWindowSecondsSpecified, status.SessionWindowSeconds),
            Is.EqualTo((3, "18446744073709551615", "9223372036854775808", "Ledger", "257", 10L, 12L,
                1L, 12L, "00ff", 9L, 4711, 8L,
                false, true, 431L)));
        var digest = await _client.GetStateDigestAsync(long.MaxValue);
        Assert.That((digest.Found, digest.Sequence, digest.Digest), Is.EqualTo((false, long.MaxValue, (string?)null)));
        var reply = await _client.GetReplyAsync(7);
        Assert.That((reply.Found, reply.Sequence, reply.RequestDigest, reply.ResultDigest), Is.EqualTo((true, 7L, "ab", "cd")));
        Assert.That(reply.Body, Is.EqualTo(new byte[] { 0, 1, 255 }));
        var entries = await _client.GetEntriesAsync(2, 3);
        Assert.That(
            entries.Entries.Select(entry => (
                entry.Sequence,
                entry.Epoch,
                entry.Time,
                entry.Kind,
                entry.RequestDigest,
                entry.Chain,
                Convert.ToHexString(entry.Payload))),
            Is.EqualTo(new[] { (2L, "257", 5L, "OP", "aa", "bb", "0102"), (3L, "257", 6L, "NOOP", "", "cc", "") }));
        var snapshot = await _client.GetSnapshotAsync(9, 4);
        Assert.That(
            (snapshot.Found, snapshot.Offset, snapshot.TotalBytes, snapshot.Chunk!.Length),
            Is.EqualTo((true, 4L, 100_004L, 100_000)));
    }

    [Test]
    public void Faults_arrive_typed()
    {
        Assert.That(
            async () => await _client.GetEntriesAsync(5, 4),
            Throws.InstanceOf<FaultException<ReplicaFault>>().With.Property("Detail").Property("Field").EqualTo("to"));
        Assert.That(
            async () => await _client.GetSnapshotAsync(-1, 0),
            Throws.InstanceOf<FaultException<ReplicaFault>>()
                .With.Property("Detail").Property("Code").EqualTo(ReplicaFaultCode.InternalError));
    }

    private sealed class FixedReplica : IReplicaService
    {
        public Task<GetStatusResult> GetStatusAsync() => Task.FromResult(new GetStatusResult
        {
            Id = 3,
            Incarnation = "18446744073709551615",
            Boot = "9223372036854775808",
            Engine = "Ledger",
            Epoch = "257",
            Executed = 10,
            Durable = 12,
            FirstLogged = 1,
            LastLogged = 12,
            StateDigest = "00ff",
            DigestAt = 9,
            ProcessId = 4711,
            Checkpoint = 8,
            SessionWindowSeconds = 431,
            SessionWindowSecondsSpecified = true,
        });

        public Task<GetStateDigestResult> GetStateDigestAsync(long sequence) =>
            Task.FromResult(new GetStateDigestResult { Sequence = sequence });

        public Task<GetReplyResult> GetReplyAsync(long sequence) => Task.FromResult(
            new GetReplyResult { Found = true, Sequence = sequence, RequestDigest = "ab", ResultDigest = "cd", Body = [0, 1, 255] });

        public Task<GetEntriesResult> GetEntriesAsync(long from, long to) => to < from
            ? throw new FaultException<ReplicaFault>(
                new ReplicaFault { Code = ReplicaFaultCode.InvalidRequest, Field = "to", Reason = "to is below from." },
                new FaultReason("to is below from."),
                new FaultCode("Sender"),
                null)
            : Task.FromResult(new GetEntriesResult
            {
                FirstLogged = 1,
                LastLogged = 12,
                Entries =
                [
                    new LogEntry
                    {
                        Sequence = 2,
                        Epoch = "257",
                        Time = 5,
                        Kind = "OP",
                        RequestDigest = "aa",
                        Chain = "bb",
                        Payload = [1, 2],
                    },
                    new LogEntry { Sequence = 3, Epoch = "257", Time = 6, Kind = "NOOP", RequestDigest = "", Chain = "cc" },
                ],
            });

        public Task<GetSnapshotResult> GetSnapshotAsync(long sequence, long offset) => sequence < 0
            ? throw new ArgumentOutOfRangeException(nameof(sequence))
            : Task.FromResult(new GetSnapshotResult
            {
                Found = true,
                Sequence = sequence,
                Offset = offset,
                TotalBytes = 100_004,
                Chunk = new byte[100_000],
            });
    }
}
