using System.ServiceModel;
using Dams.Contracts.Domain;
using Dams.Contracts.Soap;
using Dams.Soap;

namespace Dams.Tests.Soap;

/// <summary>An interface that contradicts its WSDL is refused when the service starts, not when the first client calls.</summary>
public sealed class SoapContractTests
{
    [TestCase(typeof(INoContract), "has no [ServiceContract]")]
    [TestCase(typeof(IOtherNamespace), "differ in style or namespace")]
    [TestCase(typeof(IFewerOperations), "have different operations")]
    [TestCase(typeof(IOtherOrder), "'sequence' where the interface has 'offset'")]
    [TestCase(typeof(IOtherType), "is Long in the schema and Int32")]
    [TestCase(typeof(IFewerParameters), "2 elements in the schema and 1 parameters")]
    [TestCase(typeof(IUnsupportedType), "parameters of type DateTime are not supported")]
    [TestCase(typeof(INoTask), "does not return a Task")]
    public void An_interface_that_contradicts_its_wsdl_is_refused(Type contract, string problem)
    {
        var wsdl = WsdlDocuments.ReplicaService;
        Assert.That(() => SoapContract.Of(contract, wsdl), Throws.InvalidOperationException.With.Message.Contains(problem));
    }

    [Test]
    public void An_enumeration_that_differs_from_the_schemas_is_refused()
    {
        var wsdl = WsdlDocuments.AppointmentService.Replace("<xs:enumeration value=\"Surgeon\" />", "", StringComparison.Ordinal);
        Assert.That(
            () => SoapContract.Of(typeof(IAppointmentService), wsdl),
            Throws.InvalidOperationException.With.Message.Contains($"is not that of {nameof(AppointmentType)}"));
    }

    [Test]
    public void A_document_that_is_not_a_wsdl_is_refused() => Assert.That(
        () => SoapContract.Of(typeof(IReplicaService), "<a/>"),
        Throws.InvalidOperationException.With.Message.Contains("not a WSDL"));

    public interface INoContract;

    [ServiceContract(Namespace = "urn:other"), XmlSerializerFormat]
    public interface IOtherNamespace;

    [ServiceContract(Namespace = SoapNamespaces.ReplicaV1), XmlSerializerFormat]
    public interface IFewerOperations
    {
        [OperationContract]
        Task GetStatusAsync();
    }

    [ServiceContract(Namespace = SoapNamespaces.ReplicaV1), XmlSerializerFormat]
    public interface IOtherOrder : IReplicaPart
    {
        [OperationContract]
        Task GetSnapshotAsync(long offset, long sequence);
    }

    [ServiceContract(Namespace = SoapNamespaces.ReplicaV1), XmlSerializerFormat]
    public interface IOtherType : IReplicaPart
    {
        [OperationContract]
        Task GetSnapshotAsync(int sequence, long offset);
    }

    [ServiceContract(Namespace = SoapNamespaces.ReplicaV1), XmlSerializerFormat]
    public interface IFewerParameters : IReplicaPart
    {
        [OperationContract]
        Task GetSnapshotAsync(long sequence);
    }

    [ServiceContract(Namespace = SoapNamespaces.ReplicaV1), XmlSerializerFormat]
    public interface IUnsupportedType : IReplicaPart
    {
        [OperationContract]
        Task GetSnapshotAsync(DateTime sequence, long offset);
    }

    [ServiceContract(Namespace = SoapNamespaces.ReplicaV1), XmlSerializerFormat]
    public interface INoTask : IReplicaPart
    {
        [OperationContract]
        void GetSnapshot(long sequence, long offset);
    }

    public interface IReplicaPart
    {
        [OperationContract]
        Task GetStatusAsync();

        [OperationContract]
        Task GetStateDigestAsync(long sequence);

        [OperationContract]
        Task GetReplyAsync(long sequence);

        [OperationContract]
        Task GetEntriesAsync(long from, long to);
    }
}
