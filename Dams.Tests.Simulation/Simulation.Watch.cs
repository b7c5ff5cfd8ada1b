using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.ReplicaManager.Agreement;
using Dams.Tests.Simulated;

namespace Dams.Tests.Simulation;

/// <content>The world outside of a simulated manager.</content>
internal sealed partial class Simulation
{
    /// <summary>Does what a manager's process would do: asks over the network, which may fail, and acts on its own replica.</summary>
    private sealed class Watch(Simulation simulation, SimulatedNode manager) : IReplicaAccess
    {
        public void AskStatus(byte replica) => Ask(replica, node => new ReplicaSighting(
            node.Replica.Member.Incarnation.Value, node.Replica.Member.State == MemberState.Halted,
            node.Replica.Core.Executed.Value, node.Replica.Member.BlockedBy?.Value, node.Replica.Member.WaitingBefore?.Value,
            node.Replica.Core.Checkpoints.LastOrDefault()?.Seq.Value ?? 0,
            IsOutdated: node.Replica.Member.State == MemberState.Outdated, Durable: node.Replica.Member.Durable.Value),
            (protocol, sighting, now) => protocol.OnStatus(replica, sighting, now));

        public void AskReply(byte replica, long sequence) => Ask(replica, node => node.Replica.Core.FindReply(new SequenceNumber(sequence)),
            (protocol, reply, _) =>
            {
                StoredAnswer? answer = reply is null
                    ? null
                    : new StoredAnswer(reply.Seq.Value, reply.RequestDigest, Digest.Of(reply.Result));
                protocol.OnReply(replica, sequence, answer);
            });

        public void AskDigest(byte replica, long checkpoint) => Ask(replica, node =>
            {
                var digest = node.Replica.Core.FindDigest(new SequenceNumber(checkpoint))?.ToArray();
                if (digest is not null && simulation.IsStateFalse(node))
                    digest[0] ^= 1;
                return digest;
            },
            (protocol, digest, _) => protocol.OnDigest(replica, checkpoint, digest is null ? null : Digest.Read(digest)));

        public void Replace(Decision decision, int versionTurns)
        {
            var boot = manager.BootCount;
            simulation.At(simulation._now + Milliseconds(20 + manager.Random.Below(200)), () =>
            {
                if (manager.BootCount != boot || Replica.Log!.Record.Incarnation.Value != decision.Incarnation)
                    return;
                Broken.Unless(
                    simulation.HasLeft(decision.Replica, decision.Incarnation),
                    $"{decision}: the incarnation is replaced before it has left");
                BeginAnew();
            });
        }

        public void SetAsideUnless(ulong present)
        {
            if (Replica.Log!.Record.Incarnation.Value != present)
                BeginAnew();
        }

        public void SetAsideReplaced(ulong replaced)
        {
            if (Replica.Log!.Record.Incarnation.Value != replaced)
                return;
            Broken.Unless(
                simulation.HasLeft(manager.Id.Number, replaced), $"the folder of {Replica.Id} is set aside before its LEAVE is committed");
            BeginAnew();
        }

        public void AskSnapshot(long sequence)
        {
            var boot = manager.BootCount;
            var donors = simulation._managers.Select(process => process.Twin!).Where(twin =>
                twin != manager && twin.IsUp && twin.PausedUntil <= simulation._now
                && (simulation._healed || !simulation.IsCut(manager.Id, twin.Id)));
            // The snapshots pass through the format that they have on the wire.
            var given = donors.Select(donor => donor.Manager.FindSnapshot(sequence)).OfType<AgreedSnapshot>()
                .Select(found => AgreedSnapshot.TryRead(found.ToJson())!).ToList();
            Broken.Unless(
                given.Select(snapshot => Digest.Of(snapshot.ToJson())).Distinct().Count() <= 1,
                $"managers give different states at JOIN {sequence}");
            simulation.At(
                simulation._now + Milliseconds(2 + manager.Random.Below(20)),
                () => Answer(boot, given, (protocol, told, now) => protocol.OnSnapshot(sequence, told!, now)));
        }

        public void SaveSnapshot(AgreedSnapshot snapshot)
        {
            var boot = manager.BootCount;
            simulation.At(simulation._now + Milliseconds(1 + manager.Random.Below(10)), () =>
            {
                if (manager.BootCount != boot)
                    return;
                manager.Agreed = snapshot;
                Answer(boot, snapshot, (protocol, told, now) => protocol.OnSnapshotSaved(told!, now));
            });
        }

        private SimulatedNode Replica => simulation._replicas[manager.Id.Number - 1];

        private void BeginAnew()
        {
            var replica = Replica;
            simulation.Trace($"{manager.Id} sets {replica.Id} aside");
            simulation.Stop(replica);
            simulation.SetFolderAside(replica);
            simulation.At(simulation._now + Milliseconds(50), () => simulation.Restart(replica));
        }

        private void Ask<T>(byte number, Func<SimulatedNode, T?> ask, Action<ManagerProtocol, T?, Instant> answer)
            where T : class
        {
            var boot = manager.BootCount;
            var replica = simulation._replicas[number - 1];
            var isLost = !simulation._healed && (simulation.IsCut(manager.Id, replica.Id) || simulation.IsCut(replica.Id, manager.Id));
            var isThere = !isLost && (manager.DeafUntil <= simulation._now || number == manager.Id.Number)
                && replica.IsUp && replica.PausedUntil <= simulation._now;
            // The answer is read at once and arrives a little later. A question that nobody answers times out after half a second.
            var told = isThere ? ask(replica) : null;
            simulation.At(simulation._now + Milliseconds(isThere ? 1 + manager.Random.Below(5) : 500), () => Answer(boot, told, answer));
        }

        private void Answer<T>(int boot, T? told, Action<ManagerProtocol, T?, Instant> answer)
            where T : class
        {
            if (manager.BootCount != boot || !manager.IsUp)
                return;
            if (manager.PausedUntil > simulation._now)
            {
                simulation.At(manager.PausedUntil, () => Answer(boot, told, answer));
                return;
            }

            answer(manager.Manager, told, simulation.InstantOf(manager));
            simulation.Settle(manager);
        }
    }
}
