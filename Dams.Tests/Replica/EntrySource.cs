using Dams.Contracts.Domain;
using Dams.Contracts.Encoding;
using Dams.Ordering;
using Dams.Ordering.Protocol;
using Dams.Replica.Core;

namespace Dams.Tests.Replica;

/// <summary>
/// Orders commands as a cluster would. Front ends restart and give numbers up. Clients make ids of their own. Requests are
/// repeated, and ids are used twice. Everything follows from the seed.
/// </summary>
internal sealed class EntrySource(ulong seed)
{
    private readonly SeededRandom _random = new(seed);
    private readonly List<Request> _recent = [];
    private readonly ulong[] _boots = [101, 201, 301];
    private readonly ulong[] _numbers = new ulong[3];
    private SequenceNumber _last;
    private Chain _chain;
    private long _time = 1_700_000_000_000;

    /// <summary>Makes the next entry, most often with this command. A repeat carries an earlier one.</summary>
    public Entry Next(Command command)
    {
        var request = Choose(command);
        _recent.Add(request);
        if (_recent.Count > 30)
            _recent.RemoveAt(0);
        _time += _random.Below(40);
        var entry = new Entry(_last.Next, Epoch.Of(1, 1), _time, EntryKind.Operation, _chain, request);
        (_last, _chain) = (entry.Seq, entry.Chain);
        return entry;
    }

    private Request Choose(Command command)
    {
        var frontEnd = _random.Below(_boots.Length);
        if (_random.Below(100) < 4)
        {
            _boots[frontEnd]++;
            _numbers[frontEnd] = 0;
        }

        if (_recent.Count > 0 && _random.Below(100) < 12)
            return _recent[_random.Below(_recent.Count)];
        var opcode = CommandCodec.OpcodeOf(command);
        var payload = CommandCodec.Encode(command);
        var number = ++_numbers[frontEnd];
        var key = _random.Below(100) < 50
            ? new RequestKey(0, 7, (ulong)_random.Below(10_000))
            : new RequestKey((byte)(frontEnd + 1), _boots[frontEnd], number);
        var lowest = number > 12 ? number - (ulong)_random.Below(12) : 1;
        return new Request(
            key, (byte)(frontEnd + 1), new BootId(_boots[frontEnd]), lowest, opcode, Request.DigestOf(opcode, payload), payload);
    }
}

/// <summary>Keeps the replies of a core.</summary>
internal sealed class Replies : IReplySink
{
    public List<StoredReply> All { get; } = [];

    public void OnReply(StoredReply reply, byte frontEnd) => All.Add(reply);
}
