using System.Numerics;

namespace Dams.Replica.Versions.Calendar;

/// <summary>A set of days, a bit each.</summary>
internal sealed class DaySet
{
    /// <summary>The result of <see cref="NextFrom"/> after the last day.</summary>
    public const int None = int.MaxValue;

    private const int BitsPerWord = 64;

    private readonly ulong[] _words = new ulong[Numbering.Days / BitsPerWord + 1];

    public void Put(int day, bool isIn)
    {
        var bit = 1UL << (day % BitsPerWord);
        if (isIn)
            _words[day / BitsPerWord] |= bit;
        else
            _words[day / BitsPerWord] &= ~bit;
    }

    /// <summary>The first day of the set that is not before this one.</summary>
    public int NextFrom(int day)
    {
        if (day >= Numbering.Days)
            return None;
        var index = day / BitsPerWord;
        var word = _words[index] & (ulong.MaxValue << (day % BitsPerWord));
        while (word == 0)
        {
            if (++index == _words.Length)
                return None;
            word = _words[index];
        }

        return index * BitsPerWord + BitOperations.TrailingZeroCount(word);
    }

    public void Clear() => Array.Clear(_words);
}
