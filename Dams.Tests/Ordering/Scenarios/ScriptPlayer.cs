using System.Globalization;
using System.Text;
using Dams.Ordering;

namespace Dams.Tests.Ordering.Scenarios;

/// <summary>
/// Plays a scenario: lines that begin with <c>&gt;</c> are commands, indented lines are the trace that they are expected to give, everything else is comment.
/// <list type="table">
/// <item><term>group MEMBERS SEQUENCERS</term><description>instead of 4 and 2; first, if at all</description></item>
/// <item><term>stamped</term><description>members stamp their folders, which they do not in the other scripts; first</description></item>
/// <item><term>copy R, put-back R</term><description>somebody copies the folder; the process dies and finds the copy in the folder's place</description></item>
/// <item><term>start [NODE], started</term><description>everyone, or one; everyone, and the first epoch is installed, without a trace</description></item>
/// <item><term>request N SEQ, request N SEQ other</term><description>the front end sends request N, or another one under the same key</description></item>
/// <item><term>wait MS</term><description>time passes</description></item>
/// <item><term>drop | hold | duplicate FROM TO TYPE [TIMES]</term><description>what the network does from now on: <c>seq1</c>, <c>r*</c>, <c>r1|r2</c>, <c>*</c>; <c>Order#3</c></description></item>
/// <item><term>cut ONE OTHER, heal, release [reversed]</term><description>a cut both ways; no rules any more; what was held arrives</description></item>
/// <item><term>crash | restart | pause | resume NODE, wipe R, stop SEQ</term><description>what happens to a process</description></item>
/// <item><term>hold-flush R, flush R</term><description>the disk is slow; it is done</description></item>
/// <item><term>out MEMBER [forced], restore R</term><description>the member's manager wants it out; the joiner gets its snapshot</description></item>
/// <item><term>poison N R|R|…, skip N SEQ</term><description>the entry of that number kills these members; an operator wants it skipped</description></item>
/// <item><term>show TYPE, status, laggards</term><description>messages that are left out of traces otherwise; who is where; who falls behind</description></item>
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
