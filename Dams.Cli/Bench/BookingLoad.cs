using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Dams.Cli.Client;

namespace Dams.Cli.Bench;

/// <summary>The result of a run.</summary>
/// <param name="Calls">The number of calls, failed ones included.</param>
/// <param name="Failed">The number of calls without the outcome Booked.</param>
/// <param name="FirstFailure">The first failed call of a connection, as text for people; null if no call failed.</param>
/// <param name="Seconds">The time from the first call to the last answer.</param>
/// <param name="Milliseconds">The latency of every call, ascending.</param>
internal sealed record LoadResult(int Calls, int Failed, string? FirstFailure, double Seconds, double[] Milliseconds)
{
    public double PerSecond => Calls / Seconds;

    /// <summary>The latency that a share of the calls did not exceed.</summary>
    public double Percentile(double share) =>
        Milliseconds.Length == 0 ? 0 : Milliseconds[Math.Min(Milliseconds.Length - 1, (int)Math.Ceiling(Milliseconds.Length * share) - 1)];
}

/// <summary>
/// Books as fast as the service answers. Every call books another pair of patient and day, so that each must end with Booked. The slots are
/// opened before the measurement, on days that the stamp chooses.
/// </summary>
internal sealed class BookingLoad(FrontEndAccess access, int stamp)
{
    private const int PatientsMax = 10_000;
    private const int Days = 36_000;
    private static readonly TimeSpan s_firstAnswer = TimeSpan.FromSeconds(30);
    private static readonly DateOnly s_first = new(2000, 1, 1);
    private int _next;

    /// <summary>Makes a number of bookings over a number of connections.</summary>
    public async Task<LoadResult> RunAsync(int connections, int calls, CancellationToken stop)
    {
        var first = _next;
        _next += calls;
        await OpenSlotsAsync(first / PatientsMax, (first + calls - 1) / PatientsMax, stop).ConfigureAwait(false);
        var clients = new RawHttpConnection[connections];
        for (var i = 0; i < connections; i++)
            clients[i] = await RawHttpConnection.OpenAsync(access, i, stop).ConfigureAwait(false);
        var left = new Countdown(first, calls);
        var began = Stopwatch.GetTimestamp();
        var runs = await Task.WhenAll(clients.Select(client => Task.Run(() => BookAsync(client, left, stop), stop))).ConfigureAwait(false);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        foreach (var client in clients)
            client.Dispose();
        var milliseconds = runs.SelectMany(run => run.Milliseconds).ToArray();
        Array.Sort(milliseconds);
        return new LoadResult(
            calls, runs.Sum(run => run.Failed), runs.Select(run => run.FirstFailure).FirstOrDefault(text => text is not null),
            seconds, milliseconds);
    }

    private async Task OpenSlotsAsync(int fromDay, int toDay, CancellationToken stop)
    {
        // A service that accepts connections but never answers is noticed here, before anything is measured.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(s_firstAnswer);
        try
        {
            using var client = await RawHttpConnection.OpenAsync(access, 0, patience.Token).ConfigureAwait(false);
            for (var day = fromDay; day <= toDay; day++)
            {
                var (status, body) = await client.PostAsync(
                    Envelope("AddAppointment",
                        $"<callerId>MTLA0001</callerId><appointmentId>{IdOf(day)}</appointmentId>"
                        + "<appointmentType>Physician</appointmentType><capacity>1000000</capacity>"),
                    patience.Token).ConfigureAwait(false);
                if (access.RefusalOf(client.Url, status, null) is { } refusal)
                    throw refusal;
                if (status != 200)
                    throw new IOException($"no slot could be opened: {body}");
                patience.CancelAfter(s_firstAnswer);
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"it does not answer within {s_firstAnswer.TotalSeconds} s"));
        }
    }

    private async Task<(int Failed, string? FirstFailure, List<double> Milliseconds)> BookAsync(
        RawHttpConnection client, Countdown left, CancellationToken stop)
    {
        var milliseconds = new List<double>();
        var failed = 0;
        string? firstFailure = null;
        while (left.TryTake(out var number))
        {
            var patient = string.Create(CultureInfo.InvariantCulture, $"MTLP{number % PatientsMax:D4}");
            var envelope = Envelope("BookAppointment",
                $"<callerId>{patient}</callerId><patientId>{patient}</patientId>"
                + $"<appointmentId>{IdOf(number / PatientsMax)}</appointmentId><appointmentType>Physician</appointmentType>");
            var began = Stopwatch.GetTimestamp();
            string problem;
            try
            {
                var (status, body) = await client.PostAsync(envelope, stop).ConfigureAwait(false);
                problem = status == 200 && body.Contains("<outcome>Booked</outcome>", StringComparison.Ordinal) ? "" : $"{status} {body}";
            }
            catch (Exception broken) when (broken is IOException or SocketException)
            {
                problem = broken.Message;
                await client.ReopenAsync(stop).ConfigureAwait(false);
            }

            milliseconds.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            if (problem.Length == 0)
                continue;
            failed++;
            firstFailure ??= problem;
        }

        return (failed, firstFailure, milliseconds);
    }

    private string IdOf(int day) =>
        string.Create(CultureInfo.InvariantCulture, $"MTLM{s_first.AddDays((stamp + day) % Days):ddMMyy}");

    private static string Envelope(string operation, string parameters)
    {
        var text = new StringBuilder("<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><");
        text.Append(operation).Append(" xmlns=\"").Append(Contracts.Soap.SoapNamespaces.V1).Append("\">").Append(parameters);
        return text.Append("</").Append(operation).Append("></s:Body></s:Envelope>").ToString();
    }

    /// <summary>Hands out the numbers of bookings to many connections, each number once.</summary>
    private sealed class Countdown(int first, int count)
    {
        private int _taken;

        public bool TryTake(out int number)
        {
            var taken = Interlocked.Increment(ref _taken) - 1;
            number = first + taken;
            return taken < count;
        }
    }
}
