using Dams.Cli.Check;
using Dams.Cli.Check.Plan;
using Dams.Cli.Lab;

namespace Dams.Tests.Cli.Check;

/// <summary>The language of scenarios: what a line means, and what is said about each mistake.</summary>
internal sealed class ScenarioParserTests
{
    private const string Head = "title A title\ncase A case\n";

    [TestCase("boook MTLP0001 MTLM010199 Dental",
        "a line can't begin with 'boook'; expected one of add, remove, list, book, schedule, cancel, swap, case")]
    [TestCase("add MTLM010199 Dental --as MTLA0001", "add has 2 of 3 values; expected add ID TYPE CAPACITY --as ADMIN")]
    [TestCase("add MTLM010199 Dental 1", "add needs a caller: add --as and an administrator")]
    [TestCase("add MTLM010199 Dental 1 --as", "--as has no value; expected an administrator such as MTLA1234, or a patient")]
    [TestCase("add MTLM010199 Dental 1 --as MTLP1", "'MTLP1' is not a caller; expected an administrator such as MTLA1234")]
    [TestCase("add MTLM310299 Dental 1 --as MTLA0001", "'MTLM310299' is not an appointment; expected an appointment: MTL, QUE or SHE")]
    [TestCase("add MTLM010199 Heart 1 --as MTLA0001", "'Heart' is no type; expected one of Physician, Surgeon, Dental")]
    [TestCase("add MTLM010199 1 1 --as MTLA0001", "'1' is no type")]
    [TestCase("add MTLM010199 Dental 0 --as MTLA0001", "the capacity is '0'; expected 1 to 1000000")]
    [TestCase("add MTLM010199 Dental two --as MTLA0001", "the capacity is 'two'")]
    [TestCase("list Dental --url x --as MTLA0001", "'--url' can't stand here; expected list TYPE --as ADMIN")]
    [TestCase("book MTLA0001 MTLM010199 Dental", "'MTLA0001' is not a patient; expected a patient: MTL, QUE or SHE, then P")]
    [TestCase("book MTLP0001 MTLM010199 Dental ->", "nothing stands after ->; expected one of Booked, NotFound")]
    [TestCase("book MTLP0001 MTLM010199 Dental -> Bookd", "'Bookd' is no outcome of book; expected one of Booked")]
    [TestCase("book MTLP0001 MTLM010199 Dental -> Booked or", "'Booked or' is no outcome of book")]
    [TestCase("book MTLP0001 MTLM010199 Dental -> Booked: 1", "Booked of book has no items; expected no colon after it")]
    [TestCase("remove MTLM010199 Dental --as MTLA0001 -> NotFound: none", "NotFound of remove has no items")]
    [TestCase("remove MTLM010199 Dental --as MTLA0001 -> Removed: MTLP0001",
        "'MTLP0001' is no item of Removed; expected PATIENT to ID, or")]
    [TestCase("list Dental --as MTLA0001 -> Listed: MTLM010199", "'MTLM010199' is no item of Listed; expected ID FREE/CAPACITY")]
    [TestCase("list Dental --as MTLA0001 -> Listed: MTLM010199 1/0", "is no item of Listed")]
    [TestCase("schedule MTLP0001 -> Scheduled: Dental", "'Dental' is no item of Scheduled; expected ID TYPE; or none for an empty list")]
    [TestCase("cancel MTLP0001 MTLM010199 -> Cancelled: none", "'none' is no item of Cancelled; expected TYPE")]
    [TestCase("cancel MTLP0001 MTLM010199 -> fault Nothing", "'Nothing' is no fault; expected fault CODE or fault CODE FIELD")]
    [TestCase("cancel MTLP0001 MTLM010199 -> fault", "'' is no fault")]
    [TestCase("cancel MTLP0001 MTLM010199 -> fault NotPermitted place", "'place' is no field of a request; expected one of callerId,")]
    [TestCase("book MTLP0001 MTLM010199 Dental -> exactly 1 Booked", "'exactly' counts the answers to several calls")]
    [TestCase("book MTLP00{nn} MTLM010199 Dental", "{nn} stands for the number of the call: use it only after together, and or times")]
    [TestCase("together 20: book MTLP000{n} MTLM010199 Dental", "{n} has room for 1 digit, and there are 20 calls")]
    [TestCase("together 20: book MTLP00{nn} MTLM010199 Dental -> exactly 1 Booked, 18 Full",
        "'exactly' counts 19 answers, and the line has 20")]
    [TestCase("together 2: book MTLP00{nn} MTLM010199 Dental -> exactly 1 Booked, 1 Booked", "'exactly' has an outcome twice")]
    [TestCase("together 2: book MTLP00{nn} MTLM010199 Dental -> exactly one Booked, 1 Full",
        "'one Booked' is no count; expected a list such as")]
    [TestCase("times 2: schedule MTLP00{nn} -> exactly 2 Scheduled: none", "'exactly' counts outcomes; expected no items after them")]
    [TestCase("together: schedule MTLP0001", "expected together NUMBER: CALL, such as together 20: book")]
    [TestCase("times 0: schedule MTLP0001", "expected times NUMBER: CALL")]
    [TestCase("times 501: schedule MTLP0001", "with 1 to 500 calls")]
    [TestCase("times 5:", "expected times NUMBER: CALL")]
    [TestCase("together 5: fault heal", "'fault' is no call; expected one of add, remove")]
    [TestCase("and 5: schedule MTLP0001", "expected a line with together above it")]
    [TestCase("times 2: schedule MTLP0001\nand 2: schedule MTLP0001", "expected a line with together above it", 4)]
    [TestCase("fault", "'' is no fault; expected fault and one of lie, accuse, ")]
    [TestCase("fault show", "'show' is no fault")]
    [TestCase("fault lie", "REPLICA is missing: A replica's number.")]
    [TestCase("fault lie 3 --kind white", "--kind is 'white'; expected one of outcome,")]
    [TestCase("fault heal --url http://x", "--url can't stand here")]
    [TestCase("wait 3s", "'3s' is no state to wait for; expected wait until STATE")]
    [TestCase("wait until replica9 is active", "'until replica9 is active' is no state to wait for")]
    [TestCase("wait until replica1 is happy", "'until replica1 is happy' is no state to wait for")]
    [TestCase("wait until replica1 is active within 5", "the time after within is '5'; expected a duration such as 200ms, 5s or 2m")]
    [TestCase("wait until replica1 is active within 0s", "the time after within is '0s'")]
    [TestCase("title Another", "a scenario has one title, and this is the second")]
    [TestCase("schedule MTLP0001\ncase", "the name of the case is missing: expected case NAME", 4)]
    [TestCase("schedule MTLP0001\ncase A case\nschedule MTLP0001", "the case 'A case' begins in line 2 already", 4)]
    [TestCase("schedule MTLP0001\ncase Empty\n# nothing\n", "the case 'Empty' has no line below it: write its calls there", 4)]
    [TestCase("schedule \u001b[31mMTLP0001", "it contains a character that can't be printed")]
    public void A_mistake_is_told_with_its_line_and_what_can_stand_there(string lines, string problem, int line = 3)
    {
        var problems = Read(Head + lines).Problems;
        Assert.That(problems, Is.Not.Empty);
        Assert.That(problems[0].ToString(), Does.StartWith($"mine.txt, line {line}: ").And.Contain(problem));
    }

    [TestCase("", "mine.txt: it has no title: begin it with title TEXT")]
    [TestCase("title A", "mine.txt: it has no case: write case NAME, and the calls of the case below it")]
    [TestCase("title\ncase A\nschedule MTLP0001", "mine.txt, line 1: the title is missing: expected title TEXT")]
    [TestCase("case A\nschedule MTLP0001\ntitle B", "mine.txt, line 3: the title stands before the first case")]
    [TestCase("title A\nschedule MTLP0001\ncase A\nschedule MTLP0001", "mine.txt, line 2: it belongs to no case: write case NAME above it")]
    public void A_scenario_has_a_title_and_cases(string text, string problem) =>
        Assert.That(Read(text).Problems.Select(found => found.ToString()), Is.EqualTo(new[] { problem }));

    [Test]
    public void All_mistakes_of_a_text_and_of_a_line_are_told_at_once()
    {
        var problems = Read("boook\nadd MTLX010199 Heart 0 --as MTLP1 -> Addded\ncase A\n").Problems;
        Assert.That(problems.Select(problem => problem.Line), Is.EqualTo(new[] { 0, 1, 2, 2, 2, 2, 2, 3 }));
        Assert.That(Read(Head).Scenario, Is.Null);
    }

    [Test]
    public void A_text_that_is_too_long_is_no_scenario()
    {
        Assert.That(Read(new string('#', ScenarioParser.CharactersMax + 1)).Problems.Single().Text, Does.Contain("split it"));
        var many = string.Concat(Enumerable.Repeat("times 500: schedule MTLP0001\n", (ScenarioParser.CallsMax / 500) + 1));
        Assert.That(Read(Head + many).Problems.Single().Text, Does.Contain($"expected at most {ScenarioParser.CallsMax}"));
    }

    [TestCase("add mtlm010199 dental 2 --as mtla0001", "add MTLM010199 Dental 2 --as MTLA0001", "Added")]
    [TestCase("remove --as MTLA0001 MTLM010199 Dental", "remove MTLM010199 Dental --as MTLA0001", "Removed")]
    [TestCase("list Dental --as MTLA0001 -> Listed: mtlm010199 1/2", "list Dental --as MTLA0001", "Listed: MTLM010199 1/2")]
    [TestCase("book MTLP0001 MTLM010199 Dental -> Full or fault NotPermitted",
        "book MTLP0001 MTLM010199 Dental", "Full or fault NotPermitted")]
    [TestCase("book MTLP0001 MTLM010199 Dental --as MTLP0001", "book MTLP0001 MTLM010199 Dental", "Booked")]
    [TestCase("schedule MTLP0001 --as QUEA0001 -> Scheduled: none", "schedule MTLP0001 --as QUEA0001", "Scheduled: none")]
    [TestCase("cancel MTLP0001 MTLM010199 -> Cancelled: dental # a comment", "cancel MTLP0001 MTLM010199", "Cancelled: Dental")]
    [TestCase("swap\tMTLP0001 MTLM010199 Dental\tMTLA010199 Surgeon\r", "swap MTLP0001 MTLM010199 Dental MTLA010199 Surgeon", "Swapped")]
    [TestCase("remove MTLM010199 Dental --as MTLA0001 -> Removed: MTLP0001 to none, MTLP0002 to MTLM020199",
        "remove MTLM010199 Dental --as MTLA0001", "Removed: MTLP0001 to none, MTLP0002 to MTLM020199")]
    [TestCase("add nonsense Dental -1 --as nobody -> fault InvalidRequest callerId",
        "add nonsense Dental -1 --as nobody", "fault InvalidRequest callerId")]
    public void A_line_is_a_call_with_its_expected_answers(string line, string call, string expected)
    {
        var reading = Read(Head + line);
        Assert.That(reading.Problems, Is.Empty);
        var group = ((CallStep)reading.Scenario!.Steps.Single()).Groups.Single();
        Assert.That((group.Calls.Single().ToString(), group.Expected.ToString()), Is.EqualTo((call, expected)));
    }

    [Test]
    public void Calls_of_one_line_and_of_the_lines_added_to_it_are_sent_at_the_same_time()
    {
        var reading = Read(Head + "together 10: schedule MTLP00{nn}\nand 1: list Dental --as MTLA0001\ntimes 2: schedule QUEP000{n}");
        var steps = reading.Scenario!.Steps.Cast<CallStep>().ToList();
        Assert.That(
            steps.Select(step => (step.Line, step.IsTogether, step.Groups.Count)), Is.EqualTo(new[] { (3, true, 2), (5, false, 1) }));
        Assert.That(steps[0].Groups[0].Calls.Select(call => call.Caller), Is.EqualTo(Enumerable.Range(1, 10).Select(i => $"MTLP00{i:D2}")));
        Assert.That(steps[0].Groups[1].Line, Is.EqualTo(4));
        Assert.That(
            steps[1].Groups[0].Calls.Select(call => call.ToString()), Is.EqualTo(new[] { "schedule QUEP0001", "schedule QUEP0002" }));
    }

    [Test]
    public void Faults_and_states_are_read_in_the_words_of_the_tool()
    {
        var steps = Read(Head + "fault lie 3 --kind stale --count 2\nwait until replica3 is outvoted 2 times within 5s")
            .Scenario!.Steps.ToList();
        Assert.That(((FaultStep)steps[0]).Words, Is.EqualTo(new[] { "lie", "3", "--kind", "stale", "--count", "2" }));
        Assert.That(steps[1], Is.EqualTo(new WaitStep(
            4, "wait until replica3 is outvoted 2 times within 5s", new WaitCondition.IsOutvoted("replica3", 2), TimeSpan.FromSeconds(5))));
    }

    [Test]
    public void The_shipped_scenarios_are_without_mistakes_and_fit_a_terminal()
    {
        Assert.That(ShippedScenarios.Names[0], Is.EqualTo(ShippedScenarios.Default));
        Assert.That(ShippedScenarios.Names, Has.Count.GreaterThanOrEqualTo(8));
        foreach (var name in ShippedScenarios.Names)
        {
            var reading = ShippedScenarios.Read(name);
            Assert.That(reading.Problems, Is.Empty);
            Assert.That(reading.Scenario!.NeedsLab, Is.EqualTo(name.StartsWith("lab-", StringComparison.Ordinal)), name);
            Assert.That(reading.Scenario.Title, Has.Length.LessThan(65), name);
        }
    }

    [Test]
    public void No_two_shipped_scenarios_touch_the_same_slot_or_patient()
    {
        var scenarios = ShippedScenarios.Names.Select(name => ShippedScenarios.Read(name).Scenario!).ToList();
        Assert.That(scenarios.SelectMany(scenario => new ScenarioFootprint(scenario).Patients), Is.Unique);
        var slots = scenarios.SelectMany(scenario => scenario.Steps.OfType<CallStep>()
            .SelectMany(step => step.Groups).SelectMany(group => group.Calls).OfType<AddCall>().Select(add => add.Slot).Distinct());
        Assert.That(slots.ToList(), Has.Count.GreaterThan(50).And.Unique);
    }

    private static ScenarioReading Read(string text) => ScenarioParser.Read("mine.txt", text, FaultLine.ProblemsOf);
}
