using System.Numerics;
using Dams.Lab;
using Dams.Ordering.Protocol;

namespace Dams.Tests.Simulation;

/// <summary>The knobs of a run: what it may do to the nodes. All are drawn from the seed.</summary>
internal sealed record SimulationKnobs
{
    private static readonly LieKind[] s_lies =
        [LieKind.Outcome, LieKind.TwoFaced, LieKind.State, LieKind.Late, LieKind.Field, LieKind.Stale, LieKind.Number];

    public int LossPerMille { get; init; }

    public int DuplicatesPerMille { get; init; }

    public TimeSpan DelayMin { get; init; } = TimeSpan.FromMilliseconds(0.05);

    public TimeSpan DelayMax { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>How many of a thousand datagrams take fifty times as long.</summary>
    public int TailPerMille { get; init; }

    public int ReplicaCrashes { get; init; }

    public int SequencerCrashes { get; init; }

    /// <summary>After how many of a thousand promises the member crashes at once and comes back a moment later.</summary>
    public int CrashAfterPromisePerMille { get; init; }

    public int FrontEndCrashes { get; init; }

    public int Partitions { get; init; }

    /// <summary>Whether members are divided between two sequencers for a while; see <c>Simulation.ScheduleSplitLoyalty</c>.</summary>
    public bool SplitLoyalty { get; init; }

    /// <summary>Whether voters lose the sequencer just when a joiner has caught up; see <c>Simulation.DivideAt</c>.</summary>
    public bool DividedAtActivation { get; init; }

    public int Pauses { get; init; }

    public bool PowerCut { get; init; }

    /// <summary>How many replicas lose their data folder, one after the other. Each comes back as a new incarnation.</summary>
    public int Wipes { get; init; }

    /// <summary>Whether replicas take snapshots of their own and trim their logs behind them.</summary>
    public bool Trimming { get; init; }

    /// <summary>How many replicas get an older copy of their data folder back, one after the other.</summary>
    public int Rollbacks { get; init; }

    /// <summary>Whether all machines lose power when a copy is put back, and one other replica comes back late.</summary>
    public bool RollbackAtPowerCut { get; init; }

    /// <summary>Whether a manager gets an older copy of its data folder back.</summary>
    public bool ManagerRollback { get; init; }

    /// <summary>Whether managers ask for a LEAVE although no SYNC comes. They do; seeds from before that mean runs without it.</summary>
    public bool AsksWhileMute { get; init; } = true;

    /// <summary>Whether members stamp their folders.</summary>
    public bool Stamps { get; init; } = true;

    public TimeSpan StampInterval { get; init; } = TimeSpan.FromSeconds(10);

    public bool ClockJumps { get; init; }

    /// <summary>Whether some datagrams are damaged on the way.</summary>
    public bool DamagedDatagrams { get; init; }

    /// <summary>
    /// The size of histories, windows and fetches, in entries: so small that they are often full. Null for the bounds of
    /// production, which no run reaches.
    /// </summary>
    public int? SmallBuffers { get; init; }

    /// <summary>
    /// The longest reply that is sent whole. Longer ones are sent as digests and fetched, and few replies are kept. Null for the
    /// bounds of production, which none of these replies reaches.
    /// </summary>
    public int? ReplyBytesMax { get; init; }

    /// <summary>How many managers stand still at the same time.</summary>
    public int ManagerPauses { get; init; }

    /// <summary>
    /// Whether these managers go on instead, but get the other replicas' answers too late, as on overloaded hosts.
    /// </summary>
    public bool AreManagersDeaf { get; init; }

    /// <summary>How many calls a front end may have in flight.</summary>
    public int CallsMax { get; init; } = 4096;

    public byte? Liar { get; init; }

    public LieKind LieKind { get; init; }

    /// <summary>How many of a thousand answers are lies.</summary>
    public int LiesPerMille { get; init; } = 500;

    /// <summary>How many times a liar about its state lies before it tells the truth again.</summary>
    public int StateLiesMax { get; init; } = int.MaxValue;

    /// <summary>A replica that dies and can't be restarted before it is replaced.</summary>
    public byte? Dead { get; init; }

    /// <summary>A replica that crashes, and whose restart takes as long as the votes about it are held; null for none.</summary>
    public byte? SlowToStart { get; init; }

    /// <summary>A healthy replica that a front end accuses of everything.</summary>
    public byte? Slandered { get; init; }

    public int ManagerCrashes { get; init; }

    /// <summary>Whether a manager loses its data folder. It then joins its group anew.</summary>
    public bool ManagerWipe { get; init; }

    /// <summary>The number of a request that kills the poisoned replicas; 0 for none.</summary>
    public long Poison { get; init; }

    /// <summary>The replicas whose version dies of that request: bit i stands for replica i + 1.</summary>
    public int Poisoned { get; init; }

    /// <summary>
    /// A replica that survives the entry, but does not hear for a while that it may execute it. It often crashes once it has
    /// promised not to execute it.
    /// </summary>
    public byte? Uninformed { get; init; }

    /// <summary>A mistake in a setting: the session table forgets a request after a few others.</summary>
    public bool SessionWindowIsSmall { get; init; }

    /// <summary>A mistake of whoever restores a folder: a wiped member counts under its old identity.</summary>
    public bool WipedMemberKeepsItsIdentity { get; init; }

    /// <summary>How many versions there are. With fewer than replicas, some run the same one.</summary>
    public int Versions { get; init; } = 4;

    /// <summary>Whether writes wait for a third equal reply.</summary>
    public bool Strict { get; init; }

    public int Replicas { get; init; } = 4;

    public int Sequencers { get; init; } = 1;

    /// <summary>The sequencer that is preferred, and so leads the replicas' group at first.</summary>
    public byte Leader { get; init; } = 1;

    /// <summary>The sequencer that leads the managers' group at first.</summary>
    public byte ManagersLeader { get; init; } = 1;

    public int FrontEnds { get; init; } = 1;

    public int Clients { get; init; } = 4;

    public int CallsPerClient { get; init; } = 8;

    /// <summary>The time between a client's calls.</summary>
    public TimeSpan CallPause { get; init; }

    /// <summary>A fault of one replica that lasts for seconds; null for none.</summary>
    public Glitch? Glitch { get; init; }

    /// <summary>The length of the first phase, in which faults begin. After it everything is healed.</summary>
    public TimeSpan FaultyPhase { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How much longer the faults that have begun may last.</summary>
    public TimeSpan Afterwards { get; init; }

    /// <summary>The knobs of a seed: some runs are calm, some have a little of everything.</summary>
    public static SimulationKnobs Of(ulong seed) => OfGlitches(seed, WithoutGlitch(seed));

    private static SimulationKnobs WithoutGlitch(ulong seed)
    {
        var random = new SeededRandom(seed ^ 0x5EED);
        var harsh = random.Chance(300);
        var knobs = new SimulationKnobs
        {
            LossPerMille = random.Chance(600) ? random.Below(harsh ? 300 : 80) : 0,
            DuplicatesPerMille = random.Chance(500) ? random.Below(harsh ? 500 : 100) : 0,
            DelayMax = TimeSpan.FromMilliseconds(random.Chance(300) ? 20 : 1),
            TailPerMille = random.Chance(400) ? random.Below(40) : 0,
            ReplicaCrashes = random.Below(harsh ? 5 : 3),
            SequencerCrashes = random.Below(harsh ? 4 : 2),
            FrontEndCrashes = random.Chance(300) ? 1 : 0,
            CrashAfterPromisePerMille = random.Chance(200) ? 200 : 0,
            Partitions = random.Chance(400) ? 1 + random.Below(3) : 0,
            Pauses = random.Chance(300) ? 1 + random.Below(2) : 0,
            PowerCut = random.Chance(100),
            Wipes = random.Chance(250) ? 1 + random.Below(2) : 0,
            Trimming = random.Chance(500),
            ClockJumps = random.Chance(300),
            Liar = random.Chance(250) ? (byte)(1 + random.Below(4)) : null,
            Sequencers = random.Chance(600) ? 2 : 1,
            FrontEnds = random.Chance(300) ? 2 : 1,
            // This is not drawn, so that the seeds that have found something before still mean the same.
            Strict = seed % 4 == 3,
        };
        knobs = random.Chance(60) ? knobs with { SplitLoyalty = true, Sequencers = 2 } : knobs;
        return OfManagers(seed, random.Chance(150) ? WithPoison(knobs, random) : knobs);
    }

    /// <summary>
    /// Adds the knobs that came with the managers, from a generator of their own. So a seed still means the same for the replicas.
    /// </summary>
    private static SimulationKnobs OfManagers(ulong seed, SimulationKnobs knobs)
    {
        var random = new SeededRandom(seed ^ 0xA11CE);
        knobs = knobs with
        {
            LieKind = random.Chance(500) ? LieKind.Outcome : s_lies[random.Below(s_lies.Length)],
            LiesPerMille = random.Chance(400) ? 1000 : 500,
            Dead = random.Chance(150) ? (byte)(1 + random.Below(4)) : null,
            Slandered = random.Chance(80) ? (byte)(1 + random.Below(4)) : null,
            ManagerCrashes = random.Chance(300) ? 1 + random.Below(3) : 0,
            ManagerWipe = random.Chance(200),
        };
        var slow = new SeededRandom(seed ^ 0x510);
        if (knobs.Dead is null && slow.Chance(50))
            knobs = knobs with { SlowToStart = (byte)(1 + slow.Below(4)) };
        // A request that kills replicas, and a replica that dies of something else, are more than the cluster promises to survive.
        if (knobs.Poison > 0)
            knobs = knobs with { Dead = null, SlowToStart = null };
        if (knobs.Poison == 0 && new SeededRandom(seed ^ 0xAC7).Chance(40))
            knobs = knobs with { DividedAtActivation = true, Sequencers = 2, Wipes = Math.Max(1, knobs.Wipes) };
        // Three strikes take a while, and there must be calls left to lie to.
        knobs = knobs.Liar is not null || knobs.Dead is not null ? knobs with { CallsPerClient = 16 } : knobs;
        knobs = knobs with { Versions = 2 + new SeededRandom(seed ^ 0x7E25).Below(5) };
        return OfCopies(seed, OfBodies(seed, OfBounds(seed, knobs)));
    }

    /// <summary>
    /// Adds the knobs of copied folders, from a generator of their own. Where a lost folder is one fault too many, an older copy
    /// is, too.
    /// </summary>
    private static SimulationKnobs OfCopies(ulong seed, SimulationKnobs knobs)
    {
        var random = new SeededRandom(seed ^ 0xC0917);
        var mortals = knobs.Poison > 0 ? BitOperations.PopCount((uint)knobs.Poisoned) : 0;
        return knobs with
        {
            Rollbacks = random.Chance(250) && mortals == 0 ? 1 + random.Below(2) : 0,
            RollbackAtPowerCut = random.Chance(500),
            ManagerRollback = random.Chance(100),
            StampInterval = random.Chance(600) ? TimeSpan.FromMilliseconds(100 + random.Below(900)) : TimeSpan.FromSeconds(10),
        };
    }

    /// <summary>Adds the knobs of bodies and pauses, from a generator of their own.</summary>
    private static SimulationKnobs OfBodies(ulong seed, SimulationKnobs knobs)
    {
        var random = new SeededRandom(seed ^ 0xB0D1E5);
        return knobs with
        {
            ReplyBytesMax = random.Chance(150) ? random.Below(2) * 8 : null,
            ManagerPauses = random.Chance(150) ? 1 + random.Below(4) : 0,
            AreManagersDeaf = random.Chance(500),
        };
    }

    /// <summary>The same with a fault of one replica that lasts for seconds, and with calls for as long.</summary>
    public SimulationKnobs With(Glitch glitch)
    {
        var afterwards = glitch.IsForGood ? TimeSpan.FromSeconds(48) : (glitch.Length * (2 * glitch.Times - 1)) + TimeSpan.FromSeconds(2);
        return this with
        {
            Glitch = glitch,
            Afterwards = afterwards,
            CallPause = TimeSpan.FromMilliseconds(500),
            CallsPerClient = (int)((FaultyPhase + afterwards) / TimeSpan.FromMilliseconds(600)),
        };
    }

    /// <summary>
    /// Adds a glitch to some runs, from a generator of its own. A run in which another replica dies, or in which an entry kills replicas,
    /// has none: two that can't do their part are more than the cluster promises to survive.
    /// </summary>
    private static SimulationKnobs OfGlitches(ulong seed, SimulationKnobs knobs)
    {
        var random = new SeededRandom(seed ^ 0x611C4);
        if (!random.Chance(60) || knobs.Poison > 0 || knobs.Dead is not null || knobs.SlowToStart is not null)
            return knobs;
        var kind = (GlitchKind)random.Below((int)GlitchKind.Stuck + 1);
        return knobs.With(new Glitch(
            kind, (byte)(1 + random.Below(4)), random.Between(TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(3)),
            random.Between(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(20))));
    }

    /// <summary>The knobs of a seed that found something before the later knobs existed: those are off.</summary>
    public static SimulationKnobs Former(ulong seed) => WithoutGlitch(seed) with
    {
        ReplyBytesMax = null,
        ManagerPauses = 0,
        Stamps = false,
        Rollbacks = 0,
        ManagerRollback = false,
        SlowToStart = null,
        AsksWhileMute = false,
    };

    /// <summary>Adds the knobs of bounds, from a generator of their own.</summary>
    private static SimulationKnobs OfBounds(ulong seed, SimulationKnobs knobs)
    {
        var random = new SeededRandom(seed ^ 0xB0D5);
        return knobs with
        {
            DamagedDatagrams = random.Chance(200),
            SmallBuffers = random.Chance(150) ? 1 + random.Below(6) : null,
            CallsMax = random.Chance(100) ? 1 + random.Below(2) : knobs.CallsMax,
            StateLiesMax = random.Chance(500) ? 1 + random.Below(3) : int.MaxValue,
        };
    }

    private static SimulationKnobs WithPoison(SimulationKnobs knobs, SeededRandom random)
    {
        var poisoned = random.Chance(400) ? 0b1111 : 1 + random.Below(0b1110);
        // If only some versions die of the entry, a liar or a lost folder besides is one fault too many: two replicas alone have the
        // answer. If all die of it, a liar and a lost folder together are too many: a liar about its state is replaced, and then two
        // members have not promised.
        var mortals = BitOperations.PopCount((uint)poisoned);
        var uninformed = random.Chance(500) ? (byte)(1 + random.Below(4)) : (byte)0;
        return knobs with
        {
            Poison = 2 + random.Below(24),
            Poisoned = poisoned,
            Wipes = mortals is 2 or 3 || (mortals == 4 && knobs.Liar is not null) ? 0 : knobs.Wipes,
            Liar = mortals < 4 ? null : knobs.Liar,
            Uninformed = uninformed > 0 && (poisoned & (1 << (uninformed - 1))) == 0 ? uninformed : null,
        };
    }
}
