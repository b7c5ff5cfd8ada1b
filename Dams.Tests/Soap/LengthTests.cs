using System.Net;
using System.Text;

namespace Dams.Tests.Soap;

/// <summary>Bug: lengths in characters instead of bytes. Text beyond ASCII tells them apart.</summary>
internal sealed class LengthTests
{
    private const int BytesMax = 1_000;
    private const string Beyond = "Zoë, 漢字, 😀";

    // Bug: lengths in characters instead of bytes.
    [Test]
    public async Task The_request_limit_counts_bytes_not_characters()
    {
        await using var server = await SoapTestServer.StartAsync(
            new DictionaryExecutor(), SoapTestServer.Options with { RequestBytesMax = BytesMax });
        var (fits, tooLong) = (Padded(BytesMax), Padded(BytesMax + 2));
        Assert.That(
            (Encoding.UTF8.GetByteCount(fits), tooLong.Length),
            Is.EqualTo((BytesMax, fits.Length + 1)).And.Matches<(int, int Characters)>(it => it.Characters < BytesMax));
        Assert.That((await SoapMessage.SendAsync(server, fits)).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await SoapMessage.SendAsync(server, tooLong)).Status, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
    }

    [Test]
    public async Task The_content_length_is_right_for_an_answer_that_quotes_text_beyond_ascii()
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        var envelope = SoapMessage.Envelope(SoapMessage.Add.Replace("MTLE210422", Beyond, StringComparison.Ordinal));
        using var request = SoapMessage.Post(server.AppointmentService, Encoding.UTF8.GetBytes(envelope), "text/xml; charset=utf-8");
        using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var said = response.Content.Headers.ContentLength;
        var bytes = await response.Content.ReadAsByteArrayAsync();
        Assert.That(said, Is.EqualTo(bytes.Length));
        var answer = new SoapAnswer(response.StatusCode, response.Content.Headers.ContentType, Encoding.UTF8.GetString(bytes));
        Assert.That(answer.Reason, Does.Contain(Beyond));
    }

    /// <summary>Makes a valid request of that many bytes, mostly of characters of two bytes.</summary>
    private static string Padded(int bytes)
    {
        var valid = SoapMessage.Envelope(SoapMessage.Add);
        var left = bytes - valid.Length - "<!---->".Length;
        return $"{valid}<!--{(left % 2 == 0 ? "" : " ")}{new string('é', left / 2)}-->";
    }
}
