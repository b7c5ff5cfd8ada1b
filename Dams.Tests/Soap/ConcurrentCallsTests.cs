using System.Globalization;
using Dams.Contracts.Domain;
using Dams.Service;

namespace Dams.Tests.Soap;

/// <summary>Each of many concurrent calls gets its own answer: buffers are pooled, and none may leak into another answer.</summary>
public sealed class ConcurrentCallsTests
{
    [Test]
    public async Task Concurrent_calls_get_their_own_answers()
    {
        await using var server = await SoapTestServer.StartAsync(new ScriptedPatients());
        await Parallel.ForEachAsync(Enumerable.Range(0, 2_000), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, _) =>
        {
            var patient = $"MTLP{number:D4}";
            var isBad = number % 5 == 0;
            var call = BadInputTests.Call("GetAppointmentSchedule", ("callerId", patient), ("patientId", isBad ? patient + "x" : patient));
            var answer = await SoapMessage.SendAsync(server, SoapMessage.Envelope(call));
            if (isBad)
            {
                Assert.That(answer.Reason, Does.Contain(patient + "x"));
                return;
            }

            Assert.That(
                answer.Result("message"),
                Is.EqualTo($"{patient} has {number % 50} {(number % 50 == 1 ? "booking" : "bookings")}.")
                    .Or.EqualTo($"{patient} has no bookings."));
            Assert.That(answer.Result("sequence"), Is.EqualTo(number.ToString(CultureInfo.InvariantCulture)));
            Assert.That(answer.Body.Descendants().Count(element => element.Name.LocalName == "booking"), Is.EqualTo(number % 50));
        });
    }

    /// <summary>Answers with the patient's number as the sequence number, and with that number modulo 50 bookings.</summary>
    private sealed class ScriptedPatients : IAppointmentExecutor
    {
        private static readonly DateOnly s_day = new(2030, 1, 1);

        public async ValueTask<ExecutedReply> ExecuteAsync(Command command, string? requestId, CancellationToken ct)
        {
            await Task.Yield();
            var number = ((GetAppointmentSchedule)command).Patient.Number;
            var slots = Enumerable.Range(0, number % 50)
                .Select(day => new Slot(new AppointmentId(Hospital.MTL, s_day.AddDays(day), TimeOfDay.Morning), AppointmentType.Dental));
            return new ExecutedReply(new ScheduleReply([.. slots]), number);
        }
    }
}
