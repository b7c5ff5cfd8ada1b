using Dams.Ordering;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;

namespace Dams.Tests.Ordering.Protocol;

/// <summary>Which entries a member fetches so that its log becomes the one that a NEWVIEW has chosen.</summary>
internal sealed class EpochInstallerTests
{
    private readonly List<Entry> _own = MemberParts.Entries(20, MemberParts.First);

    [Test]
    public void A_lower_base_is_tried_twice_as_far_back_each_time()
    {
        var parts = new MemberParts();
        var installer = NewInstaller(parts);
        parts.Write(_own);
        var chosen = ChosenAfter(5);
        Assert.That(Begin(installer, chosen, executed: 0), Is.EqualTo(Intake.Taken));
        var asked = parts.TakeSent().ToList();
        foreach (var first in new[] { 20, 18, 14 })
        {
            Assert.That(Give(installer, chosen, first), Is.EqualTo(Intake.Taken));
            asked.AddRange(parts.TakeSent());
        }

        Assert.That(asked, Is.EqualTo(new[] { "sequencer2 20-20", "sequencer2 18-20", "sequencer2 14-20", "sequencer2 6-20" }));
        for (var seq = 6; seq < 20; seq++)
            Assert.That(Give(installer, chosen, seq), Is.EqualTo(Intake.Taken));
        Assert.That(Give(installer, chosen, 20), Is.EqualTo(Intake.Complete));
        var done = installer.Finish();
        Assert.That((done.Base.Value, done.Fetched.Count, installer.NextDeadline), Is.EqualTo((5L, 15, Instant.Never)));
    }

    [Test]
    public void A_log_that_lacks_what_was_executed_is_a_contradiction()
    {
        var parts = new MemberParts();
        parts.Write(_own);
        var chosen = ChosenAfter(5);
        Assert.That(
            (Begin(NewInstaller(parts), chosen, executed: 20).Reason, Begin(NewInstaller(parts), chosen[..10], executed: 20).Reason),
            Is.EqualTo((
                "the log of epoch 2.2 differs at entry 20, but this member has executed entry 20",
                "the log of epoch 2.2 ends at entry 10, but this member has executed entry 20")));
        Assert.That(parts.TakeSent(), Is.Empty);
    }

    [Test]
    public void Entries_that_lead_nowhere_are_asked_of_others_and_reported_when_it_lasts()
    {
        var parts = new MemberParts();
        var installer = NewInstaller(parts);
        parts.Write(_own[..10]);
        var chosen = ChosenAfter(10);
        var stray = MemberParts.Entries(20, Epoch.Of(3, 1));
        Begin(installer, chosen, executed: 10);
        Give(installer, stray, 11);
        Assert.That((installer.IsInVain, installer.NextDeadline), Is.EqualTo((false, MemberParts.Start + parts.Options.NakDelay)));
        parts.TakeSent();
        installer.OnTimer(isInstalling: true, MemberParts.Start);
        installer.OnTimer(isInstalling: true, MemberParts.Start);
        Assert.That(parts.TakeSent(), Is.EqualTo(new[] { "replica2 11-20", "replica3 11-20" }));
        Give(installer, stray, 11, later: parts.Options.InstallPatience);
        Assert.That(installer.IsInVain);
        installer.OnFit();
        Assert.That(installer.IsInVain, Is.False);
    }

    [Test]
    public void A_part_is_final_when_it_fills_the_window_and_its_sender_knows_that_it_is_committed()
    {
        var parts = new MemberParts(MemberParts.Defaults with { WindowEntriesMax = 4, FetchEntriesMax = 2 });
        var installer = NewInstaller(parts);
        Begin(installer, _own, executed: 0, committed: 6);
        Assert.That(installer.TryHold(_own[2]), Is.False, "it is too far ahead");
        for (var seq = 1; seq <= 4; seq++)
            Assert.That(Give(installer, _own, seq, senderCommit: 3), Is.EqualTo(Intake.Taken));
        Assert.That(parts.TakeSent(), Is.EqualTo(new[] { "sequencer2 1-2", "sequencer2 3-4", "sequencer2 5-6" }));
        Assert.That(Give(installer, _own, 5, senderCommit: 6), Is.EqualTo(Intake.PartIsFinal));
        var part = installer.OnFit();
        Assert.That((part.Base.Value, part.Fetched.Count), Is.EqualTo((0L, 5)));
        part.ContinueAfter(new SequenceNumber(5), _own[4].Chain);
        installer.Ask(MemberParts.Start);
        Assert.That(parts.TakeSent(), Is.EqualTo(new[] { "sequencer2 6-7" }));
    }

    private static EpochInstaller NewInstaller(MemberParts parts) => new(parts.Options, 1, parts.Log, parts.Peers, parts.Outbox);

    private static Intake Begin(EpochInstaller installer, List<Entry> chosen, long executed, long committed = 0) => installer.Begin(
        NodeId.Sequencer(2),
        new NewView(
            new Claim(MemberParts.Second, new BootId(7)), chosen[^1].Seq, chosen[^1].Chain, new SequenceNumber(committed), 0, Source: 3,
            View.None),
        new SequenceNumber(executed), isPrefix: false, MemberParts.Start);

    private static Intake Give(
        EpochInstaller installer, List<Entry> chosen, int seq, long senderCommit = 0, TimeSpan later = default)
    {
        Assert.That(installer.TryHold(chosen[seq - 1]));
        return installer.TakeNext(new SequenceNumber(senderCommit), MemberParts.Start + later);
    }

    /// <summary>A log of 20 entries that agrees with the own one up to a number.</summary>
    private List<Entry> ChosenAfter(int same) =>
        [.. _own[..same], .. MemberParts.Entries(20 - same, MemberParts.Second, _own[same - 1])];
}
