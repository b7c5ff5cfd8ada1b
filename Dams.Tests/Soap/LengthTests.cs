using System.Net;
using System.Text;
using NUnit.Framework;

namespace Dams.Tests.Soap;

/// <summary>Bug: lengths in characters instead of bytes. Text beyond ASCII tells them apart.</summary>
internal sealed class LengthTests
{
    private const int BytesMax = 1_000;
    private const string Beyond = "Zoë, 漢字, 😀";

    [Test]
    public async Task The_limit_of_a_request_is_one_of_bytes()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor(), SoapTestServer.Options with { RequestBytesMax = BytesMax });
        var (fits, tooLong) = (Padded(BytesMax), Padded(BytesMax + 2));
        Assert.That((Encoding.UTF8.GetByteCount(fits), tooLong.Length), Is.EqualTo((BytesMax, fits.Length + 1)).And.Matches<(int, int Characters)>(it => it.Characters < BytesMax));
        Assert.That((await SoapMessage.SendAsync(server, fits)).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await SoapMessage.SendAsync(server, tooLong)).Status, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
    }

    [Test]
    public async Task An_answer_that_quotes_such_text_is_as_long_as_it_says()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var envelope = SoapMessage.Envelope(SoapMessage.Add.Replace("MTLE210422", Beyond, StringComparison.Ordinal));
        using var request = SoapMessage.Post(server.AppointmentService, Encoding.UTF8.GetBytes(envelope), "text/xml; charset=utf-8");
        using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var said = response.Content.Headers.ContentLength;
        var bytes = await response.Content.ReadAsByteArrayAsync();
        Assert.That(said, Is.EqualTo(bytes.Length));
        Assert.That(new SoapAnswer(response.StatusCode, response.Content.Headers.ContentType, Encoding.UTF8.GetString(bytes)).Reason, Does.Contain(Beyond));
    }

    /// <summary>A valid request of so many bytes, most of which are of characters of two.</summary>
    private static string Padded(int bytes)
    {
        var valid = SoapMessage.Envelope(SoapMessage.Add);
        var left = bytes - valid.Length - "<!---->".Length;
        return $"{valid}<!--{(left % 2 == 0 ? "" : " ")}{new string('é', left / 2)}-->";
    }
}
