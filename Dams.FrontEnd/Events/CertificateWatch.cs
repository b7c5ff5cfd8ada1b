using Dams.Ordering;

namespace Dams.FrontEnd.Events;

/// <summary>
/// Raises the alarm about the certificates of a front end's host, and ends it. The managers of other hosts report theirs. Used by the
/// poller's task only.
/// </summary>
/// <param name="frontEnd">The id of this front end, which its events carry.</param>
/// <param name="find">Gives the present problems, each as a sentence.</param>
/// <param name="journal">Takes the events.</param>
/// <param name="alarms">Takes the alarm.</param>
internal sealed class CertificateWatch(
    NodeId frontEnd, Func<IReadOnlyList<string>> find, ClusterEventJournal journal, StandingAlarms alarms)
{
    private string _told = "";

    /// <summary>Looks at the certificates in use.</summary>
    public void Look()
    {
        var text = string.Join("; ", find());
        if (text == _told)
            return;
        _told = text;
        if (text.Length > 0)
        {
            alarms.Raise(AlarmCause.Certificates, text);
            journal.Write(ClusterEventKind.Alarm, frontEnd.ToString(), text);
        }
        else
        {
            alarms.Settle(AlarmCause.Certificates);
            journal.Write(ClusterEventKind.AlarmSettled, frontEnd.ToString(), "the certificates of this host are right again");
        }
    }
}
