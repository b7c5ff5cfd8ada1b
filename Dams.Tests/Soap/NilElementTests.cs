namespace Dams.Tests.Soap;

/// <summary>
/// An empty <c>xsi:nil</c> element where an optional parameter may stand counts as absent. Nothing else is left out before validation.
/// </summary>
internal sealed class NilElementTests
{
    private const string Nil = "xsi:nil=\"true\"";

    [TestCase("<requestId xsi:nil='true'/>")]
    [TestCase("<requestId xsi:nil='true'></requestId>")]
    [TestCase("<requestId xsi:nil='true'><!-- none --></requestId>")]
    [TestCase("<requestId xsi:nil='1'/>")]
    [TestCase("<requestId xsi:nil=' 1 '/>")]
    [TestCase("<requestId xsi:nil='\ttrue\n' xsi:type='xsd:string' id='i'/>")]
    [TestCase("<v:requestId xsi:nil='true'/>")]
    [TestCase("<requestId old:null='1'/>", Description = "XML Schema 1999")]
    [TestCase("<requestId mid:null='true'/>", Description = "XML Schema 2000")]
    [TestCase("")]
    public void An_empty_nil_element_of_an_optional_parameter_counts_as_absent(string requestId) =>
        Assert.That(BothReaders.Accepted(Add(requestId)).Arguments, Is.EqualTo(BothReaders.Accepted(SoapMessage.Add).Arguments));

    [TestCase("<requestId xsi:nil='false'>my-id-1</requestId>")]
    [TestCase("<requestId xsi:nil='0'>my-id-1</requestId>")]
    [TestCase("<requestId xsi:nil=' false '>my-id-1</requestId>")]
    [TestCase("<requestId old:null='0'>my-id-1</requestId>")]
    public void Nil_that_is_false_says_nothing(string requestId)
    {
        Assert.That(BothReaders.Accepted(Add(requestId)).Arguments[^1], Is.EqualTo("my-id-1"));
        Assert.That(
            BothReaders.Accepted(With("<capacity>", "<capacity xsi:nil='false'>")).Arguments,
            Is.EqualTo(BothReaders.Accepted(SoapMessage.Add).Arguments));
    }

    [TestCase("<requestId xsi:nil='true'>my-id-1</requestId>", "requestId", "has content")]
    [TestCase("<requestId xsi:nil='true'> </requestId>", "requestId", "has content")]
    [TestCase("<requestId xsi:nil='true'><![CDATA[x]]></requestId>", "requestId", "has content")]
    [TestCase("<requestId xsi:nil='true'><b/></requestId>", "requestId", "'b'")]
    [TestCase("<requestId xsi:nil='1' xsi:type='xsd:string'>x</requestId>", "requestId", "has content")]
    [TestCase("<requestId old:null='1'>my-id-1</requestId>", "requestId", "has content")]
    [TestCase("<requestId xsi:nil='maybe'/>", "requestId", "'maybe'; expected true or false")]
    [TestCase("<requestId xsi:nil=''>x</requestId>", "requestId", "''; expected true or false")]
    [TestCase("<requestId xsi:nil='TRUE'/>", "requestId", "'TRUE'; expected true or false")]
    [TestCase("<requestId xsi:nil='&#160;1'/>", "requestId", "expected true or false")]
    [TestCase("<requestId nil='true'/>", "requestId", "attribute 'nil'")]
    [TestCase("<requestId x:nil='true'/>", "requestId", "attribute 'nil' in the namespace 'urn:x'")]
    [TestCase("<requestId xsi:nil='true'/><requestId>my-id-1</requestId>", "requestId", "occurs twice")]
    [TestCase("<requestId>my-id-1</requestId><requestId xsi:nil='true'/>", "requestId", "occurs twice")]
    [TestCase("<requestId xsi:nil='true'/><requestId xsi:nil='true'/>", "requestId", "occurs twice")]
    [TestCase("<colour xsi:nil='true'/>", "colour", "no parameter 'colour'")]
    [TestCase("<requestId xmlns='' xsi:nil='true'/>", "requestId", "in no namespace")]
    [TestCase("<x:requestId xsi:nil='true'/>", "requestId", "'urn:x'")]
    public void Any_other_nil_element_at_the_end_is_refused_by_name(string requestId, string field, string reason)
    {
        var refused = BothReaders.Refused(Add(requestId));
        Assert.That(refused.Field, Is.EqualTo(field));
        Assert.That(refused.Reason, Does.Contain($"'{field}'").Or.Contain($"of '{field}'").And.Contain(reason));
        Assert.That(refused.Reason, Does.Contain(reason));
    }

    [TestCase("<capacity>2</capacity>", "<capacity>2<b " + Nil + ">9</b>0</capacity>", "capacity", "'b'")]
    [TestCase("<capacity>2</capacity>", "<capacity>2<b " + Nil + "/>0</capacity>", "capacity", "'b'")]
    [TestCase("<capacity>2</capacity>", "<capacity " + Nil + "/>", "capacity", "must have a value")]
    [TestCase("<capacity>2</capacity>", "<capacity " + Nil + ">2</capacity>", "capacity", "has content")]
    [TestCase("<callerId>", "<callerId " + Nil + "/><callerId>", "callerId", "must have a value")]
    [TestCase("<callerId>MTLA1234</callerId>", "<callerId old:null='1'/>", "callerId", "must have a value")]
    [TestCase("<callerId>", "<requestId " + Nil + "/><callerId>", "callerId", "'requestId' is out of order")]
    [TestCase("<capacity>", "<requestId " + Nil + "/><capacity>", "capacity", "'requestId' is out of order")]
    [TestCase("<capacity>", "<colour " + Nil + "/><capacity>", "capacity", "no parameter 'colour'")]
    [TestCase("<AddAppointment", "<AddAppointment " + Nil, "AddAppointment", "'AddAppointment' is nil")]
    [TestCase("<AddAppointment", "<AddAppointment old:null='1'", "AddAppointment", "'AddAppointment' is nil")]
    public void A_nil_element_elsewhere_is_refused_by_name(string old, string instead, string field, string reason)
    {
        var refused = BothReaders.Refused(With(old, instead));
        Assert.That((refused.Field, refused.Reason), Is.EqualTo((field, refused.Reason)));
        Assert.That(refused.Reason, Does.Contain(reason));
    }

    [Test]
    public void An_empty_nil_wrapper_is_refused() => Assert.That(
        BothReaders.Refused($"<v:AddAppointment {Nil}/>"),
        Is.EqualTo(("'AddAppointment' is nil (xsi:nil), but it must hold the parameters.", "AddAppointment")));

    private static string Add(string requestId) => With("</capacity>", "</capacity>" + requestId);

    private static string With(string old, string instead) => SoapMessage.Add.Replace(old, instead, StringComparison.Ordinal);
}
