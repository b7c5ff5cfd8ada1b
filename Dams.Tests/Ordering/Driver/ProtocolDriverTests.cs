using Dams.Ordering;
using Dams.Ordering.Driver;
using Dams.Ordering.Messages;
using Dams.Ordering.Protocol;
using Dams.Ordering.Storage;
using Dams.Ordering.Transport;
using Dams.Tests.Hosting;
using Dams.Tests.Ordering.Storage;

namespace Dams.Tests.Ordering.Driver;

public sealed class ProtocolDriverTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly NodeId One = NodeId.Replica(1);
    private static readonly NodeId Two = NodeId.Replica(2);

    [Test]
    public async Task Two_drivers_play_ping_pong()
    {
        await using var cluster = new DriverCluster();
        cluster.Place(One);
        cluster.Place(Two);
        var (a, b) = (new Outbox(), new Outbox());
        var (first, second) = (new PingPong(Two, 1_000, a, begins: true), new PingPong(One, 1_000, b, begins: false));
        var one = cluster.Add(One, new DrivenCore(GroupId.Replicas, first, a));
        var two = cluster.Add(Two, new DrivenCore(GroupId.Replicas, second, b));
        two.Start();
        one.Start();
        await Task.WhenAll(first.Done.Task, second.Done.Task).WaitAsync(Patience);
        await one.StopAsync().WaitAsync(Patience);
        await two.StopAsync().WaitAsync(Patience);
        Assert.That(one.Counters.Received, Is.GreaterThanOrEqualTo(500));
        Assert.That(one.LongestTurn, Is.GreaterThan(TimeSpan.Zero));
        Assert.That(one.Counters.Dropped, Is.Zero);
        Assert.That(one.Completion.IsCompletedSuccessfully);
    }

    // Bug: receive without a timeout.
    [Test]
    public async Task A_core_without_input_gets_its_timer_and_its_first_message_is_sent()
    {
        await using var cluster = new DriverCluster();
        cluster.Place(One);
        cluster.Place(Two);
        var heard = new TaskCompletionSource<Message>(TaskCreationOptions.RunContinuationsAsynchronously);
        var timer = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        var due = ClockSource.System.Now + TimeSpan.FromMilliseconds(30);
        var sender = new TestCore { NextDeadline = due, Timer = now => timer.TrySetResult(now - due) };
        sender.Outbox.Send(Two, default, new GetView(new Epoch(5)));
        var receiver = new TestCore { Message = (_, message, _) => heard.TrySetResult(message) };
        cluster.Add(Two, new DrivenCore(GroupId.Replicas, receiver, receiver.Outbox)).Start();
        cluster.Add(One, new DrivenCore(GroupId.Replicas, sender, sender.Outbox)).Start();
        Assert.That(await heard.Task.WaitAsync(Patience), Is.EqualTo(new GetView(new Epoch(5))));
        Assert.That(await timer.Task.WaitAsync(Patience), Is.GreaterThanOrEqualTo(TimeSpan.Zero), "never early");
    }

    [Test]
    public async Task A_core_whose_log_has_no_room_takes_no_entries_and_hears_everything_else()
    {
        await using var cluster = new DriverCluster();
        cluster.Place(One);
        cluster.Place(Two);
        var heard = System.Threading.Channels.Channel.CreateUnbounded<Message>();
        var receiver = new TestCore { Message = (_, message, _) => heard.Writer.TryWrite(message) };
        var log = new TestFlush(() => { });
        var sender = new TestCore();
        var to = cluster.Add(Two, new DrivenCore(GroupId.Replicas, receiver, receiver.Outbox, log));
        var from = cluster.Add(One, new DrivenCore(GroupId.Replicas, sender, sender.Outbox));
        to.Start();
        from.Start();
        var entry = SampleEntries.After(SequenceNumber.Zero, default, 1)[0];
        Message[] all =
        [
            new Order(entry), new Retrans(entry), new Fetched(default, default, entry),
            new Prepare(new Claim(new Epoch(9), new BootId(1))), new GetView(new Epoch(1)),
        ];
        Assert.That(await HeardAsync(LogRoom.RecordsOnly), Is.EqualTo("Prepare GetView"));
        Assert.That(await HeardAsync(LogRoom.None), Is.EqualTo("GetView"));
        Assert.That(await HeardAsync(LogRoom.Enough), Is.EqualTo("Order Retrans Fetched Prepare GetView"));
        Assert.That(to.Counters[DropReason.NoRoom], Is.EqualTo(3 + 4));

        async Task<string> HeardAsync(LogRoom room)
        {
            log.Room = room;
            // The turn after the one that runs this work has looked at the new room.
            await to.InvokeAsync(_ => true);
            await from.InvokeAsync(_ =>
            {
                foreach (var message in all)
                    sender.Outbox.Send(Two, default, message);
                return true;
            });
            List<Message> messages = [];
            while (messages.LastOrDefault() is not GetView)
                messages.Add(await heard.Reader.ReadAsync().AsTask().WaitAsync(Patience));
            return string.Join(' ', messages.Select(message => message.GetType().Name));
        }
    }

    [Test]
    public async Task Messages_that_depend_on_a_flush_go_out_after_it_and_others_before_it()
    {
        await using var cluster = new DriverCluster();
        cluster.Place(One);
        cluster.Place(Two);
        using var folder = new LogFolder();
        using var log = folder.Open();
        var events = new List<string>();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var early = new ManualResetEventSlim();
        var core = new TestCore();
        var flush = new TestFlush(() =>
        {
            // The other node receives the first message while this one is still in its flush.
            Assert.That(early.Wait(Patience));
            log.Flush();
            events.Add("flush");
        });
        core.Flushed = (write, _) =>
        {
            events.Add($"flushed {write}");
            core.Outbox.Send(Two, default, new GetView(new Epoch(2)));
        };
        var other = new TestCore
        {
            Message = (_, message, _) =>
            {
                if (((GetView)message).Epoch.Value == 1)
                    early.Set();
                else
                    done.TrySetResult();
            },
        };
        cluster.Add(Two, new DrivenCore(GroupId.Replicas, other, other.Outbox)).Start();
        var driver = cluster.Add(One, new DrivenCore(GroupId.Replicas, core, core.Outbox, flush));
        Assert.That(driver.Post(_ =>
        {
            core.Outbox.WantFlush(log.Write(SampleEntries.After(log, 3).Batch()));
            core.Outbox.WantFlush(log.Write(SampleEntries.After(log, 3).Batch()));
            core.Outbox.Send(Two, default, new GetView(new Epoch(1)));
        }));
        driver.Start();
        await done.Task.WaitAsync(Patience);
        Assert.That(events, Is.EqualTo(new[] { "flush", "flushed 2" }), "one flush for all writes of a batch");
        Assert.That(log.Flushed, Is.EqualTo(2));
    }

    [Test]
    public async Task An_observer_looks_after_its_core_and_before_the_messages_of_the_core_are_sent()
    {
        await using var cluster = new DriverCluster();
        cluster.Place(One);
        cluster.Place(Two);
        var events = new List<string>();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var core = new TestCore();
        core.Message = (_, _, _) =>
        {
            events.Add("message");
            core.Outbox.WantFlush(1);
        };
        core.Flushed = (_, _) => events.Add("flushed");
        core.BatchEnd = _ =>
        {
            events.Add("batch");
            core.Outbox.Send(Two, default, new GetView(new Epoch(2)));
        };
        var observer = new TestObserver
        {
            Message = message => events.Add($"sees {message.GetType().Name}"),
            BatchEnd = () =>
            {
                events.Add($"sees {core.Outbox.Messages.Count} to send");
                if (events.Contains("flushed"))
                    done.TrySetResult();
            },
        };
        var sender = new TestCore();
        sender.Outbox.Send(One, default, new GetView(new Epoch(1)));
        var driver = cluster.Add(One, new DrivenCore(GroupId.Replicas, core, core.Outbox, new TestFlush(() => { }), observer));
        driver.Start();
        cluster.Add(Two, new DrivenCore(GroupId.Replicas, sender, sender.Outbox)).Start();
        await done.Task.WaitAsync(Patience);
        await driver.StopAsync().WaitAsync(Patience);
        Assert.That(events, Is.EqualTo(new[]
        {
            "message", "sees GetView", "batch", "sees 1 to send", "flushed", "batch", "sees 1 to send",
        }));
    }

    [Test]
    public async Task A_core_that_writes_again_after_a_flush_gets_another_flush()
    {
        await using var cluster = new DriverCluster();
        cluster.Place(One);
        var core = new TestCore();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        core.Flushed = (write, _) =>
        {
            if (write < 3)
                core.Outbox.WantFlush(write + 1);
            else
                done.TrySetResult();
        };
        var driver = cluster.Add(One, new DrivenCore(GroupId.Replicas, core, core.Outbox, new TestFlush(() => { })));
        driver.Post(_ => core.Outbox.WantFlush(1));
        driver.Start();
        await done.Task.WaitAsync(Patience);
    }

    [Test]
    public async Task Two_groups_share_a_socket_and_do_not_hear_each_other()
    {
        await using var cluster = new DriverCluster();
        cluster.Place(One);
        cluster.Place(Two);
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var groups = new List<(GroupId, Message)>();
        var replicas = new TestCore { Message = (_, message, _) => Add(GroupId.Replicas, message) };
        var managers = new TestCore { Message = (_, message, _) => Add(GroupId.Managers, message) };
        var (a, b) = (new TestCore(), new TestCore());
        a.Outbox.Send(Two, default, new GetView(new Epoch(1)));
        b.Outbox.Send(Two, default, new GetView(new Epoch(2)));
        cluster.Add(
            Two,
            new DrivenCore(GroupId.Replicas, replicas, replicas.Outbox),
            new DrivenCore(GroupId.Managers, managers, managers.Outbox)).Start();
        cluster.Add(One, new DrivenCore(GroupId.Replicas, a, a.Outbox), new DrivenCore(GroupId.Managers, b, b.Outbox)).Start();
        await heard.Task.WaitAsync(Patience);
        Assert.That(groups, Is.EquivalentTo(new[]
        {
            (GroupId.Replicas, (Message)new GetView(new Epoch(1))), (GroupId.Managers, new GetView(new Epoch(2))),
        }));

        void Add(GroupId group, Message message)
        {
            groups.Add((group, message));
            if (groups.Count == 2)
                heard.TrySetResult();
        }
    }

    [Test]
    public async Task Work_of_other_threads_runs_in_the_loop_one_after_the_other()
    {
        await using var cluster = new DriverCluster();
        cluster.Place(One);
        var core = new TestCore();
        var driver = cluster.Add(One, new DrivenCore(GroupId.Replicas, core, core.Outbox));
        driver.Start();
        var counter = 0;
        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var last = 0;
            for (var i = 0; i < 500; i++)
                last = await driver.InvokeAsync(_ => ++counter);
            return last;
        }))).WaitAsync(Patience);
        Assert.That(results.Max(), Is.EqualTo(2_000));
    }

    [Test]
    public async Task Too_much_work_is_refused_at_once()
    {
        await using var cluster = new DriverCluster();
        cluster.Place(One);
        var core = new TestCore();
        var driver = cluster.Add(One, options => options with { PostedMax = 2 }, null, new DrivenCore(GroupId.Replicas, core, core.Outbox));
        var waiting = driver.InvokeAsync(_ => 1);
        Assert.That(driver.Post(_ => { }));
        Assert.That(driver.Post(_ => { }), Is.False);
        await Assert.ThrowsAsync<DriverBusyException>(() => driver.InvokeAsync(_ => 1));
        Assert.That(driver.WorkRefused, Is.EqualTo(2));
        driver.Start();
        Assert.That(await waiting.WaitAsync(Patience), Is.EqualTo(1));
    }

    [Test]
    public async Task A_stopped_driver_accepts_no_work_and_fails_the_work_that_waited()
    {
        await using var cluster = new DriverCluster();
        cluster.Place(One);
        var core = new TestCore();
        var driver = cluster.Add(One, new DrivenCore(GroupId.Replicas, core, core.Outbox));
        var waiting = driver.InvokeAsync(_ => 1);
        await driver.StopAsync().WaitAsync(Patience);
        await Assert.ThrowsAsync<DriverStoppedException>(() => waiting);
        await Assert.ThrowsAsync<DriverStoppedException>(() => driver.InvokeAsync(_ => 1));
        Assert.That(driver.Post(_ => { }), Is.False);
        Assert.That(driver.Completion.IsCompletedSuccessfully);
        await driver.StopAsync().WaitAsync(Patience);
    }

    [TestCase("message")]
    [TestCase("timer")]
    [TestCase("batch end")]
    [TestCase("flush")]
    [TestCase("flushed")]
    [TestCase("post")]
    [TestCase("invoke")]
    public async Task An_exception_anywhere_ends_the_loop_and_surfaces(string where)
    {
        await using var cluster = new DriverCluster();
        cluster.Place(One);
        var core = new TestCore();
        var driver = cluster.Add(One, new DrivenCore(GroupId.Replicas, core, core.Outbox, new TestFlush(() => Fail("flush"))));
        core.Message = (_, _, _) => Fail("message");
        core.Timer = _ => Fail("timer");
        core.BatchEnd = _ => Fail("batch end");
        core.Flushed = (_, _) => Fail("flushed");
        if (where == "timer")
            core.NextDeadline = ClockSource.System.Now;
        if (where == "message")
            core.Outbox.Send(One, default, new GetView(default));
        if (where is "flush" or "flushed" or "batch end")
            core.Outbox.WantFlush(1);
        if (where == "post")
            driver.Post(_ => Fail("post"));
        var asked = where == "invoke" ? driver.InvokeAsync(_ => { Fail("invoke"); return 1; }) : null;
        driver.Start();
        var failure = await Assert.ThrowsAsync<InvariantBrokenException>(() => driver.Completion.WaitAsync(Patience));
        Assert.That(failure!.Message, Is.EqualTo(where));
        if (asked is not null)
            await Assert.ThrowsAsync<InvariantBrokenException>(() => asked);
        Assert.That(driver.Post(_ => { }), Is.False);

        void Fail(string here)
        {
            if (here == where)
                throw new InvariantBrokenException(here);
        }
    }

    [Test]
    public async Task Keys_change_while_the_drivers_run_and_no_message_is_lost()
    {
        await using var cluster = new DriverCluster();
        cluster.Place(One);
        cluster.Place(Two);
        var (a, b) = (new Outbox(), new Outbox());
        var (first, second) = (new Relay(Two, a, begins: true, TimeSpan.Zero), new Relay(One, b, begins: false, TimeSpan.Zero));
        var one = cluster.Add(One, new DrivenCore(GroupId.Replicas, first, a));
        var two = cluster.Add(Two, new DrivenCore(GroupId.Replicas, second, b));
        two.Start();
        one.Start();
        var ring = cluster.Keys;
        for (var i = 0; i < 5; i++)
        {
            var former = ring.CurrentId;
            var added = ring.WithNew(out var id);
            var promoted = added.WithCurrent(id);
            ring = promoted.Without(former);
            foreach (var step in new[] { added, promoted, ring })
            {
                foreach (var driver in new[] { one, two })
                {
                    Assert.That(driver.UseKeys(step));
                    // The loop has the keys when it answers. After that every token turns, so nothing sealed earlier is under way.
                    await driver.InvokeAsync(_ => 0).WaitAsync(Patience);
                    var (ours, theirs) = (first.Slowest + 3, second.Slowest + 3);
                    await Eventually.IsTrueAsync(() => first.Slowest >= ours && second.Slowest >= theirs);
                }
            }
        }

        Assert.That(one.Counters.Dropped + two.Counters.Dropped, Is.Zero);
    }

    [Test]
    public void Wrong_options_are_all_named()
    {
        using var transport = new UdpTransport(new System.Net.IPEndPoint(Network.TestAddresses.Next(), 8080), new AddressBook([]));
        var core = new TestCore();
        var options = new DriverOptions
        {
            Self = default,
            Boot = default,
            Cluster = "x",
            DatagramBytesMax = 1,
            BatchDatagramsMax = 0,
            PostedMax = 0,
        };
        var exception = Assert.Throws<ArgumentException>(() => new ProtocolDriver(
            options, transport, KeyRing.Generate(), [new DrivenCore(GroupId.Replicas, core, core.Outbox)], ClockSource.System));
        Assert.That(
            exception!.Message,
            Does.Contain("boot").And.Contain("node").And.Contain("datagrams").And.Contain("batch").And.Contain("work"));
        var right = options with { Boot = new BootId(1), Self = One, DatagramBytesMax = 1_200, BatchDatagramsMax = 1, PostedMax = 1 };
        Assert.Throws<ArgumentException>(() => new ProtocolDriver(right, transport, KeyRing.Generate(), [], ClockSource.System));
    }
}
