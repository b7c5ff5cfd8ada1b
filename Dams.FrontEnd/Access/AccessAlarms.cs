using Dams.FrontEnd.Events;
using Dams.Hosting.Access;
using Dams.Hosting.Topology;
using Dams.Ordering;

namespace Dams.FrontEnd.Access;

/// <summary>Raises the alarms about access: a user file that can't be used, and a front end that is open to anybody. One task calls it.</summary>
/// <param name="frontEnd">The id of this front end, which its events carry.</param>
/// <param name="topology">Says whether the front end is open.</param>
/// <param name="users">The users, or null.</param>
/// <param name="journal">Takes the events.</param>
/// <param name="alarms">Takes the alarms.</param>
internal sealed class AccessAlarms(
    NodeId frontEnd, ClusterTopology topology, UserStore? users, ClusterEventJournal journal, StandingAlarms alarms)
{
    private string? _told;

    /// <summary>Looks whether an alarm is to be raised or settled.</summary>
    public void Look()
    {
        if (topology is { Access: AccessRule.Open, IsBeyondLoopback: true })
            Raise(AlarmCause.AccessOpen, "anybody may book and cancel here: dams.json says \"access\": \"open\"; add users instead");
        if (users?.Problem is { } problem)
        {
            var text = $"the users of {users.Path} are not in use, and those before stay: {problem}";
            if (_told != text)
                Raise(AlarmCause.UsersUnusable, text);
            _told = text;
        }
        else if (_told is not null)
        {
            _told = null;
            alarms.Settle(AlarmCause.UsersUnusable);
            journal.Write(ClusterEventKind.AlarmSettled, frontEnd.ToString(), "the users of the user file are in use again");
        }
    }

    private void Raise(AlarmCause cause, string text)
    {
        if (alarms.Raise(cause, text))
            journal.Write(ClusterEventKind.Alarm, frontEnd.ToString(), text);
    }
}
