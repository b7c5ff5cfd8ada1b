using System.Xml;
using CoreWCF.Channels;
using Dams.Soap.Security;

namespace Dams.Soap.CoreWcf;

/// <summary>The security header of an answer for CoreWCF, with the same content that <see cref="MessageWriter"/> writes.</summary>
/// <param name="stamp">The content.</param>
internal sealed class CoreWcfStamp(AnswerStamp stamp) : MessageHeader
{
    public override string Name => SecurityNames.Header;

    public override string Namespace => SecurityNames.Extension;

    protected override void OnWriteHeaderContents(XmlDictionaryWriter writer, MessageVersion messageVersion) => stamp.WriteContents(writer);
}
