namespace Dams.Tests.Soap;

/// <summary>Attributes that toolkits add and that carry nothing are ignored. Others are refused, and the reason says why.</summary>
internal sealed class IdleAttributeTests
{
    private static readonly string[] s_idle =
    [
        // ksoap2-android sends these two on the wrapper, and XML Schema 1999's type or 2001's on each parameter.
        "id='o0' enc:root='1'",
        "xmlns:i='http://www.w3.org/1999/XMLSchema-instance' i:type='d:string' xmlns:d='http://www.w3.org/1999/XMLSchema'",
        "xsi:type='xsd:string'", "mid:type='xsd:string'", "old:type='xsd:string'",

        // Axis, SOAP::Lite, gSOAP, Delphi.
        "s:encodingStyle='http://schemas.xmlsoap.org/soap/encoding/'", "s:encodingStyle=''", "enc:root='0'", "id='_1'", "enc:id='_1'",
        "xsi:schemaLocation='urn:a a.xsd'", "xsi:noNamespaceSchemaLocation='a.xsd'", "old:schemaLocation='urn:a a.xsd'",
        "enc12:id='_1'", "enc12:nodeType='simple'", "Id='b'", "ID='b'",

        // Signatures.
        "wsu:Id='body'", "xmlns:u='http://schemas.xmlsoap.org/ws/2003/06/utility' u:Id='b'", "z:Id='i1'",
        "xmlns:u='http://schemas.xmlsoap.org/ws/2002/07/utility' u:Id='b'",
        "xmlns:u='http://schemas.xmlsoap.org/soap/security/2000-12' u:id='b'",

        // XML's own.
        "xml:lang='fr'", "xml:space='preserve'", "xml:id='b'", "xml:base='urn:b'",

        // SOAP's, which mean something on header blocks only.
        "s:mustUnderstand='1'", "s:actor='urn:a'", "s:role='urn:a'", "s:relay='true'",
        "xmlns:unused='urn:u'",
    ];

    [TestCaseSource(nameof(s_idle))]
    public void An_attribute_that_carries_nothing_is_ignored_on_wrapper_and_parameters(string attribute)
    {
        var expected = BothReaders.Accepted(SoapMessage.Add).Arguments;
        foreach (var element in new[] { "AddAppointment", "callerId", "appointmentType", "capacity" })
            Assert.That(BothReaders.Accepted(With(element, attribute)).Arguments, Is.EqualTo(expected), element);
    }

    [TestCaseSource(nameof(s_idle))]
    public void An_attribute_that_carries_nothing_is_ignored_in_the_original_contract(string attribute)
    {
        var body = $"<n:sayHello xmlns:n='http://dams.ws.com/' {attribute}><arg0 {attribute}>MTLA1234</arg0></n:sayHello>";
        Assert.That(BothReaders.Forgiven(body).Arguments, Is.EqualTo(new[] { "MTLA1234" }));
    }

    [TestCaseSource(nameof(s_idle))]
    public async Task An_attribute_that_carries_nothing_is_ignored_on_the_envelope(string attribute)
    {
        await using var server = await SoapTestServer.StartAsync(new DictionaryExecutor());
        const string Declared =
            """<s:Envelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:enc="http://schemas.xmlsoap.org/soap/encoding/" """
            + """xmlns:old="http://www.w3.org/1999/XMLSchema-instance" xmlns:mid="http://www.w3.org/2000/10/XMLSchema-instance" """
            + """xmlns:enc12="http://www.w3.org/2003/05/soap-encoding" xmlns:z="http://schemas.microsoft.com/2003/10/Serialization/" """
            + """xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd" """;
        foreach (var (soap, contentType) in new[] { (SoapMessage.Soap11, "text/xml"), (SoapMessage.Soap12, "application/soap+xml") })
        {
            var call = BadInputTests.Call("GetAppointmentSchedule", ("callerId", "MTLP1234"), ("patientId", "MTLP1234"));
            var envelope = SoapMessage.Envelope(call, soap, "<s:Header/>")
                .Replace("<s:Body", $"<s:Body {attribute}", StringComparison.Ordinal)
                .Replace("<s:Header", $"<s:Header {attribute}", StringComparison.Ordinal)
                .Replace("<s:Envelope", $"{Declared} {attribute}", StringComparison.Ordinal);
            var answer = await SoapMessage.SendAsync(server, envelope, null, contentType);
            Assert.That(answer.Result("outcome"), Is.EqualTo("Scheduled"), answer.Text);
        }
    }

    [TestCase("href='#id1'", "the attribute 'href'. It refers to a value elsewhere")]
    [TestCase("enc12:ref='id1'", "the attribute 'ref' in the namespace 'http://www.w3.org/2003/05/soap-encoding'. It refers to")]
    [TestCase("z:Ref='i1'", "the attribute 'Ref'")]
    [TestCase("enc:arrayType='xsd:string[1]'", "the attribute 'arrayType' in the namespace 'http://schemas.xmlsoap.org/soap/encoding/'")]
    [TestCase("enc12:arraySize='1'", "the attribute 'arraySize'")]
    [TestCase("colour='red'", "the attribute 'colour', which this service does not know; leave it out")]
    [TestCase("x:id='1'", "the attribute 'id' in the namespace 'urn:x'")]
    [TestCase("type='xsd:string'", "the attribute 'type', which")]
    [TestCase("xsi:kind='1'", "the attribute 'kind'")]
    [TestCase("xml:colour='red'", "the attribute 'colour'")]
    [TestCase("s:colour='red'", "the attribute 'colour'")]
    [TestCase("root='1'", "the attribute 'root'")]
    public void Any_other_attribute_is_refused_and_the_reason_says_why(string attribute, string reason)
    {
        foreach (var element in new[] { "AddAppointment", "callerId", "appointmentType", "capacity" })
        {
            var refused = BothReaders.Refused(With(element, attribute));
            Assert.That(refused.Field, Is.EqualTo(element));
            Assert.That(refused.Reason, Does.StartWith($"'{element}' has {reason}"));
        }
    }

    private static string With(string element, string attribute) =>
        SoapMessage.Add.Replace($"<{element}", $"<{element} {attribute}", StringComparison.Ordinal);
}
