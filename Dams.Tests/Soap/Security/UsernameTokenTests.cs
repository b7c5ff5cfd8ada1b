using System.Net;
using System.Xml.Linq;
using Dams.Service;
using Dams.Soap;
using Dams.Soap.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using static Dams.Tests.Soap.Security.SecuredMessage;

namespace Dams.Tests.Soap.Security;

/// <summary>A UsernameToken in a message authenticates its user, in both SOAP versions and both contracts.</summary>
internal sealed class UsernameTokenTests
{
    private static readonly DateTimeOffset s_now = new(2026, 4, 21, 9, 30, 0, TimeSpan.Zero);

    private const string Base64 =
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

    private FakeTimeProvider _time = null!;
    private KnownUsers _users = null!;
    private ScriptedExecutor _executor = null!;
    private SoapTestServer _server = null!;

    [SetUp]
    public async Task SetUp()
    {
        _time = new FakeTimeProvider(s_now);
        _users = new KnownUsers();
        _executor = new ScriptedExecutor(new DictionaryExecutor().ExecuteAsync);
        _server = await StartAsync();
    }

    [TearDown]
    public async Task TearDown() => await _server.DisposeAsync();

    [Test]
    public async Task A_right_token_is_accepted_and_the_answer_has_a_Timestamp(
        [Values] bool is12, [Values] bool isOriginal, [Values("", " s:mustUnderstand='1'", " s:mustUnderstand='true'")] string attributes)
    {
        var answer = await SendAsync(_server, Header(Timestamp(s_now, s_now.AddMinutes(5)) + Token(), attributes), is12, isOriginal);
        Assert.That(answer.IsAnswer, Is.True, answer.Text);
        Assert.That(_users.Asked, Is.EqualTo(new[] { (KnownUsers.Name, KnownUsers.Password) }));
        var times = answer.Timestamp!.Elements().Select(time => (time.Name.LocalName, time.Value));
        Assert.That(times, Is.EqualTo(new[] { ("Created", "2026-04-21T09:30:00.000Z"), ("Expires", "2026-04-21T09:35:00.000Z") }));
        Assert.That(answer.Timestamp.Parent!.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration), Is.Empty,
            "a client without WS-Security may ignore the header");
    }

    [Test]
    public async Task A_message_without_the_header_gets_an_answer_without_it()
    {
        var answer = await SendAsync(_server, "");
        Assert.That((answer.IsAnswer, answer.Timestamp), Is.EqualTo((true, (XElement?)null)));
    }

    [Test]
    public async Task A_wrong_password_gets_FailedAuthentication_and_is_not_executed([Values] bool is12, [Values] bool isOriginal)
    {
        var answer = await SendAsync(_server, Header(Token(User() + Password("wrong"))), is12, isOriginal);
        Assert.That((answer.Status, answer.Reason), Is.EqualTo((500, "The caller is not authenticated.")));
        Assert.That(is12 ? (answer.Code, answer.Subcode) : (answer.Code, "wsse:FailedAuthentication"),
            Is.EqualTo((is12 ? "Sender" : "wsse:FailedAuthentication", "wsse:FailedAuthentication")));
        Assert.That(answer.DamsCode, isOriginal ? Is.Null : Is.EqualTo("Unauthenticated"));
        Assert.That(answer.Timestamp, Is.Not.Null, "a .NET client shows the fault only if it has the header");
        Assert.That(answer.Challenge, Is.Empty, "a challenge would make clients send the password by HTTP");
        Assert.That(_executor.Asked, Is.Empty);
    }

    [Test]
    public async Task An_unknown_user_and_a_wrong_password_get_the_same_answer()
    {
        var wrong = await SendAsync(_server, Header(Token(User() + Password("wrong"))));
        var unknown = await SendAsync(_server, Header(Token(User("nobody") + Password())));
        Assert.That(unknown.Text, Is.EqualTo(wrong.Text));
    }

    [Test]
    public async Task A_guessed_password_gets_429_with_the_pause()
    {
        for (var i = 0; i < 5; i++)
            Assert.That((await SendAsync(_server, Header(Token(User() + Password("wrong"))))).Status, Is.EqualTo(500));
        var answer = await SendAsync(_server, Header(Token(User() + Password("wrong"))));
        Assert.That((answer.Status, answer.RetryAfter, answer.DamsCode), Is.EqualTo((429, "8", "Unauthenticated")));
        Assert.That(answer.Timestamp, Is.Not.Null);
    }

    [Test]
    public async Task A_PasswordDigest_is_refused_with_the_reason([Values] bool is12, [Values] bool isOriginal)
    {
        var token = Token(User() + Password("q83v", $" Type='{PasswordDigest}'") + Nonce("bm9uY2U=", s_now));
        var answer = await SendAsync(_server, Header(token), is12, isOriginal);
        Assert.That(answer.Reason, Does.StartWith("A PasswordDigest can't be checked, because this service keeps no password in clear."));
        Assert.That(is12 ? answer.Subcode : answer.Code, Is.EqualTo("wsse:UnsupportedSecurityToken"));
        Assert.That((_users.Asked.Count, _executor.Asked.Count), Is.EqualTo((0, 0)));
        Assert.That(_users.Refused.Single().User, Is.EqualTo(KnownUsers.Name));
    }

    [TestCaseSource(nameof(Broken))]
    public async Task A_header_that_breaks_a_rule_is_refused(string content, string code, string reason)
    {
        foreach (var is12 in new[] { false, true })
        {
            foreach (var isOriginal in new[] { false, true })
            {
                var answer = await SendAsync(_server, Header(content, " s:mustUnderstand='1'"), is12, isOriginal);
                Assert.That(answer.Reason, Does.StartWith(reason));
                Assert.That((answer.Status, is12 ? answer.Subcode : answer.Code), Is.EqualTo((500, code)));
                Assert.That(answer.DamsCode, isOriginal ? Is.Null : Is.EqualTo("InvalidRequest"));
                Assert.That(answer.Timestamp, Is.Not.Null);
                Assert.That(answer.Text, Does.Not.Contain("five words"), "no password goes back");
            }
        }

        Assert.That((_users.Asked.Count, _executor.Asked.Count), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task Two_headers_for_this_service_are_refused_and_one_for_another_role_is_not_read()
    {
        var other = Header(Token("rubbish"), " s:actor='urn:other'");
        var mine = Header(Token());
        static string Both(string one, string two) => one.Replace("</s:Header>", "", StringComparison.Ordinal)
            + two.Replace("<s:Header>", "", StringComparison.Ordinal);
        Assert.That((await SendAsync(_server, Both(other, mine))).IsAnswer, Is.True);
        var twice = await SendAsync(_server, Both(mine, Header(Token(), " s:actor='http://schemas.xmlsoap.org/soap/actor/next'")));
        Assert.That(twice.Reason, Is.EqualTo("The message has two Security headers for this service; send one."));
    }

    [Test]
    public async Task A_token_with_a_nonce_is_accepted_once_at_both_contracts()
    {
        var header = Header(Token(User() + Password() + Nonce("bm9uY2U=", s_now)));
        Assert.That((await SendAsync(_server, header)).IsAnswer, Is.True);
        foreach (var isOriginal in new[] { false, true })
        {
            var again = await SendAsync(_server, header, isOriginal: isOriginal);
            Assert.That(again.Reason, Does.StartWith("This UsernameToken was sent before."));
            Assert.That(again.Code, Is.EqualTo("wsse:InvalidSecurity"));
        }

        Assert.That(_executor.Asked, Has.Count.EqualTo(1));
        Assert.That(_users.Refused, Has.Count.EqualTo(2));
        _time.Advance(TimeSpan.FromMinutes(11));
        Assert.That((await SendAsync(_server, header)).Code, Is.EqualTo("wsu:MessageExpired"), "after the memory of it, it is too old");
    }

    [Test]
    public async Task A_wrong_password_does_not_use_up_a_nonce()
    {
        var nonce = Nonce("bm9uY2U=", s_now);
        Assert.That((await SendAsync(_server, Header(Token(User() + Password("wrong") + nonce)))).Code,
            Is.EqualTo("wsse:FailedAuthentication"));
        Assert.That((await SendAsync(_server, Header(Token(User() + Password() + nonce)))).IsAnswer, Is.True);
    }

    [Test]
    public async Task A_token_over_plain_HTTP_from_elsewhere_is_refused_and_behind_a_proxy_with_https_it_is_not()
    {
        await using var server = await StartAsync(isFrom: new IPAddress([192, 0, 2, 7]));
        var answer = await SendAsync(server, Header(Token()));
        Assert.That(answer.Reason, Does.StartWith("A password that came over plain HTTP is not accepted"));
        Assert.That((answer.Code, _users.Asked.Count), Is.EqualTo(("wsse:InvalidSecurity", 0)));
        Assert.That((await SendAsync(server, Header(Timestamp(s_now)))).IsAnswer, Is.True, "a Timestamp is no secret");

        await using var proxied = await StartAsync(isFrom: new IPAddress([192, 0, 2, 7]), scheme: "https");
        Assert.That((await SendAsync(proxied, Header(Token()))).IsAnswer, Is.True);
    }

    [Test]
    public async Task Without_users_a_header_is_ignored_unless_it_must_be_understood([Values] bool is12, [Values] bool isOriginal)
    {
        await using var server = await SoapTestServer.StartAsync(_executor);
        var ignored = await SendAsync(server, Header(Token("<wsse:Username/>")), is12, isOriginal);
        Assert.That((ignored.IsAnswer, ignored.Timestamp), Is.EqualTo((true, (XElement?)null)));
        var refused = await SendAsync(server, Header(Token(), " s:mustUnderstand='1'"), is12, isOriginal);
        Assert.That((refused.Code, refused.Timestamp), Is.EqualTo(("MustUnderstand", (XElement?)null)));
    }

    [Test]
    public async Task A_message_without_any_credentials_gets_401_where_they_are_wanted([Values] bool is12)
    {
        var options = SoapTestServer.Options with
        {
            Authorize = http => ValueTask.FromResult<SoapDenial?>(
                http.Request.Headers.Authorization == "Basic right" ? null : new SoapDenial(DamsFaults.Unauthenticated())),
        };
        await using var server = await StartAsync(options);
        var none = await SendAsync(server, "", is12);
        Assert.That((none.Status, none.DamsCode, none.Challenge),
            Is.EqualTo((401, "Unauthenticated", "Basic realm=\"SOAP\", charset=\"UTF-8\"")));
        var timeOnly = await SendAsync(server, Header(Timestamp(s_now)), is12);
        Assert.That((timeOnly.Status, timeOnly.Timestamp is not null), Is.EqualTo((401, true)));
        Assert.That((await SendAsync(server, Header(Token()), is12)).IsAnswer, Is.True, "the token stands for them");
        Assert.That((await SendAsync(server, "", is12, basic: "Basic right")).IsAnswer, Is.True);
        var wrongBasic = await SendAsync(server, Header(Token()), is12, basic: "Basic wrong");
        Assert.That(wrongBasic.Status, Is.EqualTo(401), "wrong credentials by HTTP are answered before the message is read");
        var wrongToken = await SendAsync(server, Header(Token(User() + Password("wrong"))), is12, basic: "Basic right");
        Assert.That(wrongToken.DamsCode, Is.EqualTo("Unauthenticated"), "all credentials that are sent must be right");
    }

    [Test]
    public async Task A_fault_of_the_call_has_the_Timestamp_too([Values] bool is12)
    {
        var call = SoapMessage.Add.Replace("MTLA1234", "MTLP1234", StringComparison.Ordinal);
        var envelope = SoapMessage.Envelope(call, is12 ? SoapMessage.Soap12 : SoapMessage.Soap11, Header(Timestamp(s_now) + Token()));
        var answer = await SendEnvelopeAsync(_server, envelope, is12);
        Assert.That((answer.DamsCode, answer.Timestamp is not null), Is.EqualTo(("NotPermitted", true)));
        envelope = envelope.Replace("<capacity>2</capacity>", "", StringComparison.Ordinal);
        answer = await SendEnvelopeAsync(_server, envelope, is12);
        Assert.That((answer.DamsCode, answer.Timestamp is not null), Is.EqualTo(("InvalidRequest", true)));
    }

    [Test]
    public async Task Headers_of_other_stacks_are_accepted([ValueSource(nameof(Stacks))] string header)
    {
        var answer = await SendAsync(_server, header);
        Assert.That(answer.IsAnswer, Is.True, answer.Text);
    }

    private static IEnumerable<string> Stacks()
    {
        // zeep: UsernameToken(…, use_digest=False), and with a timestamp_token.
        yield return $"""<s:Header><ns0:Security xmlns:ns0="{Wsse}"><ns0:UsernameToken><ns0:Username>{KnownUsers.Name}</ns0:Username>"""
            + $"""<ns0:Password Type="{PasswordText}">five words &amp; a &lt;sign&gt;</ns0:Password></ns0:UsernameToken>"""
            + "</ns0:Security></s:Header>";

        // PHP: a SoapHeader made of a SoapVar with text, as most examples have it: no Type, mustUnderstand, CDATA.
        yield return $"""<s:Header><wsse:Security s:mustUnderstand="1" xmlns:wsse="{Wsse}"><wsse:UsernameToken>"""
            + $"<wsse:Username>{KnownUsers.Name}</wsse:Username><wsse:Password><![CDATA[{KnownUsers.Password}]]></wsse:Password>"
            + "</wsse:UsernameToken></wsse:Security></s:Header>";

        // SoapUI and WSS4J: ids, an encoding type, pretty-printed.
        yield return $"""
            <s:Header>
              <wsse:Security s:mustUnderstand="1" xmlns:wsse="{Wsse}" xmlns:wsu="{Wsu}">
                <wsu:Timestamp wsu:Id="TS-1">
                  <wsu:Created>2026-04-21T09:29:58.123Z</wsu:Created>
                  <wsu:Expires>2026-04-21T09:30:58.123Z</wsu:Expires>
                </wsu:Timestamp>
                <wsse:UsernameToken wsu:Id="UsernameToken-2">
                  <wsse:Username>
                    {KnownUsers.Name}
                  </wsse:Username>
                  <wsse:Password Type="{PasswordText}">five words &#38; a &lt;sign></wsse:Password>
                  <wsse:Nonce EncodingType="{Base64}">bm9uY2U=</wsse:Nonce>
                  <wsu:Created>2026-04-21T11:29:58.1234567890+02:00</wsu:Created>
                </wsse:UsernameToken>
              </wsse:Security>
            </s:Header>
            """;
    }

    private static IEnumerable<TestCaseData> Broken()
    {
        const string Invalid = "wsse:InvalidSecurity";
        const string Unsupported = "wsse:UnsupportedSecurityToken";
        var time = Time("Created", s_now);
        yield return Case(Token() + Token(), Invalid, "The Security has two UsernameToken elements; send one.");
        yield return Case(Token(User() + User() + Password()), Invalid, "The UsernameToken has two Username elements; send one.");
        yield return Case(Token(User() + Password() + Password()), Invalid, "The UsernameToken has two Password elements; send one.");
        yield return Case(
            Token(User() + Password() + Nonce("a", s_now) + "<wsse:Nonce>b</wsse:Nonce>"),
            Invalid,
            "The UsernameToken has two Nonce elements");
        yield return Case(Token(User() + Password() + time + time), Invalid, "The UsernameToken has two Created elements; send one.");
        yield return Case(Token(Password()), Invalid, "The UsernameToken has no Username.");
        yield return Case(Token(User()), Invalid, "The UsernameToken has no Password.");
        yield return Case(Token(User(" ") + Password()), Invalid, "The Username of the UsernameToken is empty.");
        yield return Case(Token(User() + Password("")), Invalid, "The Password of the UsernameToken is empty.");
        yield return Case(Token(User(new string('a', 129)) + Password()), Invalid, "The Username has more than 128 characters.");
        yield return Case(Token(User() + Password(new string('a', 1025))), Invalid, "The Password has more than 1024 characters.");
        yield return Case(
            Token(User() + Password() + Nonce(new string('a', 257), s_now)), Invalid, "The Nonce has more than 256 characters.");
        yield return Case(
            Token(User() + Password() + "<wsse:Nonce>a</wsse:Nonce>"), Invalid, "The UsernameToken has a Nonce but no Created.");
        yield return Case(Token(User("<b>MTLA1234</b>") + Password()), Invalid, "Username has an element in it; send plain text.");
        yield return Case(Token(User() + Password(type: " Type='urn:secret'")), Unsupported, "The Password has the Type 'urn:secret'.");
        yield return Case(Token() + "<x:Signature xmlns:x='urn:x'/>", Unsupported,
            "The Security header must be understood, but has the element 'Signature' in it.");
        yield return Case(Timestamp(time) + Timestamp(time), Invalid, "The Security has two Timestamp elements; send one.");
        yield return Case(Timestamp(time + time), Invalid, "The Timestamp has two Created elements; send one.");
        yield return Case(Timestamp(Time("Expires", s_now)), Invalid, "The Timestamp has no Created.");
        yield return Case(Token() + Timestamp(s_now, s_now.AddSeconds(-1)), Invalid,
            "The Timestamp expires at 2026-04-21T09:29:59Z, before it was created at 2026-04-21T09:30:00Z.");
        yield return Case(Token() + Timestamp(s_now.AddMinutes(5).AddSeconds(1)), Invalid,
            "The Timestamp was created at 2026-04-21T09:35:01Z, but the clock here shows 2026-04-21T09:30:00Z.");
        yield return Case(Token() + Timestamp(s_now.AddMinutes(-7), s_now.AddMinutes(-6)), "wsu:MessageExpired",
            "The Timestamp expired at 2026-04-21T09:24:00Z; the clock here shows 2026-04-21T09:30:00Z.");
        yield return Case(Token(User() + Password() + Time("Created", s_now.AddMinutes(-10).AddSeconds(-1))), "wsu:MessageExpired",
            "The UsernameToken was created at 2026-04-21T09:19:59Z;");
        foreach (var text in new[]
        {
            "", "now", "2026-04-21", "2026-04-21T09:30:00", "2026-13-21T09:30:00Z", "2026-04-21T25:30:00Z", "2026-04-21T09:30:00Z2",
            "1776763800", "99999-04-21T09:30:00Z", "2026-04-21T09:30:00+99:00", "0001-01-01T00:00:00+14:00", new string('1', 2000),
        })
        {
            yield return Case(Token() + Timestamp(Time("Created", text)), Invalid, "Created of the Timestamp is '");
        }

        yield return Case(
            Token() + Timestamp(time + Time("Expires", "never")), Invalid, "Expires of the Timestamp is 'never'; expected a time");
        yield return Case(
            Token() + Timestamp(Time("Created", "9999-12-31T23:59:59Z")), Invalid, "The Timestamp was created at 9999-12-31");
        yield return Case(
            Token() + Timestamp(Time("Created", "0001-01-01T00:00:00Z")), "wsu:MessageExpired", "The Timestamp was created at 0001");

        static TestCaseData Case(string content, string code, string reason) =>
            new TestCaseData(content, code, reason).SetArgDisplayNames(reason.Length > 60 ? reason[..60] : reason, $"{content.Length}");
    }

    private Task<SoapTestServer> StartAsync(SoapServiceOptions? options = null, IPAddress? isFrom = null, string? scheme = null) =>
        SoapTestServer.StartAsync(_executor, options, tokens: new UsernameTokens(_users, _time), configure: builder =>
        {
            if (isFrom is not null)
                builder.Services.AddSingleton<IStartupFilter>(new Elsewhere(isFrom, scheme));
        });

    /// <summary>Makes each request come from another address, as a network or a trusted proxy would.</summary>
    private sealed class Elsewhere(IPAddress address, string? scheme) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => web =>
        {
            web.Use(pass => http =>
            {
                http.Connection.RemoteIpAddress = address;
                http.Request.Scheme = scheme ?? http.Request.Scheme;
                return pass(http);
            });
            next(web);
        };
    }
}
