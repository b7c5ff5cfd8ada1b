using Dams.Soap;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Dams.Tests.Soap;

/// <summary>A client can't fill the log: its bad messages are lines at Debug.</summary>
internal sealed class RefusalLogTests
{
    [Test]
    public void A_refused_message_and_a_client_that_left_are_lines_at_debug()
    {
        var log = new FakeLogger();
        log.MessageRefused("127.0.0.1", "The Body is empty.");
        log.ClientGone("AddAppointment");
        Assert.That(log.Collector.GetSnapshot().Select(line => line.Level), Is.EqualTo(new[] { LogLevel.Debug, LogLevel.Debug }));
    }

    [Test]
    public async Task No_bad_message_makes_a_line_above_debug()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        server.TakeLog();
        foreach (var row in BadInputTests.Rows())
        {
            foreach (var address in new[] { server.AppointmentService, server.FrontEnd })
            {
                using var request = SoapMessage.Post(address, row.Body, row.ContentType, row.Action);
                using var response = await server.Http.SendAsync(request);
                Assert.That(
                    server.TakeLog()
                        .Where(line => line.Level > LogLevel.Information || line.Exception is not null
                            || (line.Level > LogLevel.Debug && !line.Category!.StartsWith("Microsoft.", StringComparison.Ordinal)))
                        .Select(line => $"{line.Category} {line.Message}"),
                    Is.Empty,
                    row.Name);
            }
        }
    }
}
