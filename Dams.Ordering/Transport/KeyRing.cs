using System.Globalization;
using System.Security.Cryptography;

namespace Dams.Ordering.Transport;

/// <summary>
/// The keys of the cluster. One is current and seals; all open, so that keys are changed without a stop: add the new one everywhere, make it current
/// everywhere, remove the old one everywhere. Immutable.
/// </summary>
/// <remarks>
/// Its file has a line a key: an id from 0 to 255, 64 hexadecimal digits, and the word <c>current</c> on exactly one of them. Empty lines and what
/// follows a # don't count.
/// </remarks>
public sealed class KeyRing
{
    /// <summary>A key, in bytes.</summary>
    public const int KeySize = 32;

    private const string CurrentMark = "current";
    private const int FingerprintBytes = 8;
    private readonly byte[]?[] _keys;

    private KeyRing(byte[]?[] keys, byte current)
    {
        _keys = keys;
        CurrentId = current;
    }

    /// <summary>The key that seals.</summary>
    public byte CurrentId { get; }

    /// <summary>The ids of all keys, ascending.</summary>
    public IReadOnlyList<byte> Ids => [.. Enumerable.Range(0, _keys.Length).Where(id => _keys[id] is not null).Select(id => (byte)id)];

    /// <summary>
    /// By what keys are known that must not be told: the first bytes of the SHA-256 of each, in hexadecimal, in the order of the ids.
    /// </summary>
    public IReadOnlyList<string> Fingerprints =>
        [.. Ids.Select(id => Convert.ToHexStringLower(SHA256.HashData(_keys[id]!).AsSpan(0, FingerprintBytes)))];

    private static ReadOnlySpan<byte> InstanceLabel => "dams instance 1"u8;

    /// <summary>A ring of one new random key.</summary>
    public static KeyRing Generate(byte id = 1) => Of(id, RandomNumberGenerator.GetBytes(KeySize));

    /// <summary>A ring of one key.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="key"><see cref="KeySize"/> bytes.</param>
    public static KeyRing Of(byte id, ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize, nameof(key));
        var keys = new byte[]?[byte.MaxValue + 1];
        keys[id] = key.ToArray();
        return new KeyRing(keys, id);
    }

    /// <summary>This ring and another key, which is current or not.</summary>
    public KeyRing With(byte id, ReadOnlySpan<byte> key, bool current)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize, nameof(key));
        var keys = (byte[]?[])_keys.Clone();
        keys[id] = key.ToArray();
        return new KeyRing(keys, current ? id : CurrentId);
    }

    /// <summary>This ring and a new random key, which is not current; its id is the first free one above the current one's.</summary>
    /// <param name="id">The new key's id.</param>
    /// <exception cref="InvalidOperationException">All ids are taken.</exception>
    public KeyRing WithNew(out byte id)
    {
        for (var i = 1; i < _keys.Length; i++)
        {
            id = (byte)(CurrentId + i);
            if (_keys[id] is null)
                return With(id, RandomNumberGenerator.GetBytes(KeySize), current: false);
        }

        throw new InvalidOperationException("all ids are taken");
    }

    /// <summary>This ring with another current key.</summary>
    public KeyRing WithCurrent(byte id) =>
        _keys[id] is null ? throw new ArgumentOutOfRangeException(nameof(id), id, "no such key") : new KeyRing(_keys, id);

    /// <summary>This ring without a key that is not the current one.</summary>
    public KeyRing Without(byte id)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(id, CurrentId);
        var keys = (byte[]?[])_keys.Clone();
        keys[id] = null;
        return new KeyRing(keys, CurrentId);
    }

    /// <summary>
    /// The ring that one cluster uses: HKDF-SHA-256 (RFC 5869) of each key, with the cluster's instance as the salt. So clusters that have
    /// the same key file, because one is a copy of the other, can't open each other's datagrams.
    /// </summary>
    /// <param name="instance">Random bytes that no other cluster has. None, or only zeros: this very ring.</param>
    public KeyRing For(ReadOnlySpan<byte> instance)
    {
        if (!instance.ContainsAnyExcept((byte)0))
            return this;
        var keys = new byte[]?[_keys.Length];
        foreach (var id in Ids)
        {
            keys[id] = new byte[KeySize];
            HKDF.DeriveKey(HashAlgorithmName.SHA256, _keys[id], keys[id], instance, InstanceLabel);
        }

        return new KeyRing(keys, CurrentId);
    }

    /// <summary>Reads the text of a key file.</summary>
    /// <param name="text">The text.</param>
    /// <param name="source">Where it came from, for the message.</param>
    /// <exception cref="KeyRingException">It is wrong; all problems at once. Keys are never part of the message.</exception>
    public static KeyRing Parse(string text, string source)
    {
        var keys = new byte[]?[byte.MaxValue + 1];
        int? current = null;
        List<string> problems = [];
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var content = line.IndexOf('#') is var comment and >= 0 ? line[..comment] : line;
            var words = content.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
                continue;
            var marked = words.Length == 3 && words[2] == CurrentMark;
            if (words.Length is < 2 or > 3 || (words.Length == 3 && !marked))
                problems.Add($"line {number}: expected an id, a key and perhaps the word {CurrentMark}");
            else if (!byte.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                problems.Add($"line {number}: the id is not a number from 0 to 255");
            else if (words[1].Length != KeySize * 2 || !words[1].All(char.IsAsciiHexDigit))
                problems.Add($"line {number}: the key is not {KeySize * 2} hexadecimal digits");
            else if (keys[id] is not null)
                problems.Add($"line {number}: key {id} is there already");
            else
            {
                keys[id] = Convert.FromHexString(words[1]);
                if (marked && current is not null)
                    problems.Add($"line {number}: key {current} is marked {CurrentMark} already");
                if (marked)
                    current = id;
            }
        }

        if (current is null && problems.Count == 0)
            problems.Add($"no key is marked {CurrentMark}");
        return problems.Count == 0
            ? new KeyRing(keys, (byte)current!)
            : throw new KeyRingException($"The key file {source} is wrong: {string.Join("; ", problems)}.");
    }

    /// <summary>Writes the text of a key file: secret.</summary>
    public void Write(TextWriter writer)
    {
        writer.Write("# Cluster keys of DAMS. Secret: who has them can speak for every node.\n");
        foreach (var id in Ids)
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{id} {Convert.ToHexStringLower(_keys[id]!)}{(id == CurrentId ? " " + CurrentMark : "")}\n"));
    }

    /// <summary>Whether the keys, their ids and the current one are the same.</summary>
    public bool HasSameKeysAs(KeyRing other)
    {
        if (CurrentId != other.CurrentId)
            return false;
        for (var id = 0; id < _keys.Length; id++)
        {
            if (_keys[id] is null != other._keys[id] is null || !_keys[id].AsSpan().SequenceEqual(other._keys[id]))
                return false;
        }

        return true;
    }

    /// <summary>The ids, for people; never the keys, which must not get into a log.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", Ids)} ({CurrentId} is current)");

    /// <summary>Finds a key.</summary>
    internal bool TryGet(byte id, out ReadOnlySpan<byte> key)
    {
        key = _keys[id];
        return _keys[id] is not null;
    }
}

/// <summary>A key file can't be used.</summary>
public sealed class KeyRingException : Exception
{
    /// <summary>What is wrong with it.</summary>
    public KeyRingException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
