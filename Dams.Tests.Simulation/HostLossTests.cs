using Dams.Hosting.Survival;
using Dams.Tests.Survival;

namespace Dams.Tests.Simulation;

/// <summary>
/// Compares the verdicts of <c>dams config check</c> with what happens when the hosts are lost: in each placement each host alone and each
/// pair of hosts, with the leaders on lost hosts and on others.
/// </summary>
internal sealed class HostLossTests
{
    // The short form is that of Placements. Good placements, bad ones, and those of one to seven replicas.
    private static readonly string[] s_placements =
    [
        "frr | fsr | fsr",
        "fsrr | fsr | fr",
        "fr | fsrr | fr",
        "fsr | fr | fsrr",
        "fsr | fsr | fr | fr",
        "fssr | fr | fr | fr",
        "fsr | sr | r | r",
        "fsr | fsr | fsr | fsr",
        "fsrrr | fsr",
        "fsrr | fsrr",
        "frr | frr | fs | s",
        "fs | fs | rrrr",
        "frrrr | fs | s",
        "rr | r | r | fss",
        "fr | fr | fr | fr | ss",
        "fsrr | rr | fs",
        "fssrrrr",
        "fsr | f",
        "fsr | fsr",
        "fsr | fsr | fsr",
        "frr | fsr | fsrr",
        "fr | fsr | fsr | r | r",
        "fsrrr | fsrrr",
        "frrr | fsrr | fsrr",
        "frr | fsr | fsr strict",
        "fsr | fsr | fr | fr strict",
        "fsr | fsr | fsr strict",
    ];

    [TestCaseSource(nameof(s_placements))]
    public void The_verdict_on_a_loss_is_what_the_cluster_does(string placement)
    {
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        var trial = new LossTrial(Placements.Of(placement.Replace(" strict", "", StringComparison.Ordinal),
            isStrict: placement.EndsWith("strict", StringComparison.Ordinal)));
        var wrong = LossRules.OfHostsAndPairs(trial.Placement).Prepend(LossRules.After(trial.Placement, []))
            .SelectMany(trial.Differences).ToList();
        TestContext.Out.WriteLine($"{trial.Runs} runs {System.Diagnostics.Stopwatch.GetElapsedTime(began)}");
        Assert.That(wrong, Is.Empty, string.Join("\n", wrong));
    }
}
