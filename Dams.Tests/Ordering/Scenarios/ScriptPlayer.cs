using System.Globalization;
using System.Text;
using Dams.Ordering;

namespace Dams.Tests.Ordering.Scenarios;

/// <summary>
/// Plays a scenario. A line that begins with <c>&gt;</c> is a command, and indented lines are the trace that it is expected to
/// give. Every other line is a comment.
/// <list type="table">
/// <item><term>group MEMBERS SEQUENCERS</term>
/// <description>A group of another size than 4 and 2. It must be the first command.</description></item>
/// <item><term>stamped</term>
/// <description>A group whose members stamp their folders, which they do not do otherwise. It must be the first command.
/// </description></item>
/// <item><term>copy R</term><description>Somebody copies the folder of a replica.</description></item>
/// <item><term>put-back R</term>
/// <description>The process dies, and somebody puts the copy in the place of its folder.</description></item>
/// <item><term>start</term><description>Every process starts.</description></item>
/// <item><term>start NODE</term><description>One process starts.</description></item>
/// <item><term>started</term>
/// <description>Every process starts, and the first epoch is installed, without a trace.</description></item>
/// <item><term>request N SEQ</term><description>The front end sends request N to a sequencer.</description></item>
/// <item><term>request N SEQ other</term>
/// <description>The front end sends another request under the key of request N.</description></item>
/// <item><term>wait MS</term><description>Time passes.</description></item>
/// <item><term>drop | hold | duplicate FROM TO TYPE [TIMES]</term>
/// <description>The network treats these messages so from now on. Nodes are written <c>seq1</c>, <c>r*</c>, <c>r1|r2</c> or
/// <c>*</c>, types also <c>Order#3</c>.</description></item>
/// <item><term>cut ONE OTHER</term><description>The network drops every message between them, in both directions.</description></item>
/// <item><term>heal</term><description>Every rule ends. Messages that are held stay held.</description></item>
/// <item><term>release [reversed]</term><description>The held messages arrive.</description></item>
/// <item><term>crash | restart | pause | resume NODE</term><description>The process does so.</description></item>
/// <item><term>wipe R</term><description>The process dies, and its folder is lost.</description></item>
/// <item><term>stop SEQ</term><description>The sequencer is stopped in order.</description></item>
/// <item><term>hold-flush R</term><description>The disk is slow from now on.</description></item>
/// <item><term>flush R</term><description>The disk has written everything.</description></item>
/// <item><term>out MEMBER [forced]</term><description>The member's manager wants the member out.</description></item>
/// <item><term>restore R</term><description>The joiner gets its snapshot.</description></item>
/// <item><term>poison N R|R|…</term><description>The entry of that number kills these members.</description></item>
/// <item><term>skip N SEQ</term><description>An operator wants the entry skipped.</description></item>
/// <item><term>show TYPE</term><description>Traces show this type of message, which they leave out otherwise.</description></item>
/// <item><term>status</term><description>Shows the state of every process.</description></item>
/// <item><term>laggards</term><description>Shows which members fall behind.</description></item>
/// </list>
/// </summary>
internal sealed class ScriptPlayer
{
    private ProtocolScript _script = new();

    public static string Play(string scenario)
    {
        var player = new ScriptPlayer();
        var text = new StringBuilder();
        foreach (var line in scenario.Split('\n').Select(line => line.TrimEnd()))
        {
            if (line.StartsWith(' '))
                continue;
            text.Append(line).Append('\n');
            if (!line.StartsWith('>'))
                continue;
            player.Do(line[1..].Split(' ', StringSplitOptions.RemoveEmptyEntries));
            foreach (var step in player._script.Trace.Take())
                text.Append("  ").Append(step).Append('\n');
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private void Do(string[] words)
    {
        var times = words.Length > 4 ? (int)Number(words[4]) : -1;
        switch (words[0])
        {
            case "group": _script = new ProtocolScript((byte)Number(words[1]), (byte)Number(words[2])); break;
            case "stamped": _script = new ProtocolScript(change: ProtocolScript.WithStamps); break;
            case "copy": _script.CopyFolder(Node(words[1]).Number); break;
            case "put-back": _script.PutBack(Node(words[1]).Number); break;
            case "started":
                _script.StartAll();
                _script.Wait(100);
                _script.Trace.Take();
                break;
            case "start" when words.Length == 1: _script.StartAll(); break;
            case "start": _script.Start(Node(words[1])); break;
            case "request": _script.Request((ulong)Number(words[1]), Node(words[2]).Number, words.Length > 3 ? 1 : 0); break;
            case "wait": _script.Wait(Number(words[1])); break;
            case "drop": _script.Drop(words[1], words[2], words[3], times); break;
            case "hold": _script.Hold(words[1], words[2], words[3], times); break;
            case "duplicate": _script.Duplicate(words[1], words[2], words[3], times); break;
            case "cut": _script.Cut(words[1], words[2]); break;
            case "heal": _script.Heal(); break;
            case "release": _script.Release(words.Length > 1); break;
            case "crash": _script.Crash(Node(words[1])); break;
            case "restart": _script.Restart(Node(words[1])); break;
            case "pause": _script.Pause(Node(words[1])); break;
            case "resume": _script.Resume(Node(words[1])); break;
            case "wipe": _script.Wipe(Node(words[1]).Number); break;
            case "stop": _script.Stop(Node(words[1]).Number); break;
            case "hold-flush": _script.HoldFlushes(Node(words[1]).Number); break;
            case "flush": _script.Flush(Node(words[1]).Number); break;
            case "out": _script.WantOut(Node(words[1]).Number, Node(words[1]).Number, words.Length > 2); break;
            case "restore": _script.Restore(Node(words[1]).Number); break;
            case "poison": _script.Poison(Number(words[1]), [.. words[2].Split('|').Select(word => Node(word).Number)]); break;
            case "skip": _script.AskForSkip(Number(words[1]), Node(words[2]).Number); break;
            case "show": _script.Show(words[1]); break;
            case "status": _script.TellStatus(); break;
            case "laggards": _script.TellLaggards(); break;
            default: throw new FormatException($"no such command: {words[0]}");
        }
    }

    private static long Number(string word) => long.Parse(word, CultureInfo.InvariantCulture);

    private static NodeId Node(string word)
    {
        var name = word.TrimEnd("0123456789".ToCharArray());
        var number = (byte)Number(word[name.Length..]);
        return name switch
        {
            "r" => NodeId.Replica(number),
            "seq" => NodeId.Sequencer(number),
            "rm" => NodeId.Manager(number),
            _ => throw new FormatException($"no such node: {word}"),
        };
    }
}
