using System.Globalization;
using System.Security.Cryptography;

namespace Dams.Ordering.Transport;

/// <summary>
/// The keys of the cluster. The current key seals; all keys open. So keys can be changed without a stop: add the new
/// one everywhere, make it current everywhere, remove the old one everywhere. Immutable.
/// </summary>
/// <remarks>
/// The key file has one line for each key: an id from 0 to 255 and 64 hexadecimal digits. Exactly one of the lines also
/// has the word <c>current</c>. Empty lines and text behind a # don't count.
/// </remarks>
public sealed class KeyRing
{
    /// <summary>Size of a key, in bytes.</summary>
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
    /// Identify the keys without revealing them: the first bytes of the SHA-256 of each key, in hexadecimal, in the
    /// order of the ids.
    /// </summary>
    public IReadOnlyList<string> Fingerprints =>
        [.. Ids.Select(id => Convert.ToHexStringLower(SHA256.HashData(_keys[id]!).AsSpan(0, FingerprintBytes)))];

    private static ReadOnlySpan<byte> InstanceLabel => "dams instance 1"u8;

    /// <summary>A ring of one new random key.</summary>
    public static KeyRing Generate(byte id = 1) => Of(id, RandomNumberGenerator.GetBytes(KeySize));

    /// <summary>A ring of one key.</summary>
    /// <param name="id">The key's id.</param>
    /// <param name="key"><see cref="KeySize"/> bytes.</param>
    public static KeyRing Of(byte id, ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize, nameof(key));
        var keys = new byte[]?[byte.MaxValue + 1];
        keys[id] = key.ToArray();
        return new KeyRing(keys, id);
    }

    /// <summary>This ring with another key, which is made current or not.</summary>
    public KeyRing With(byte id, ReadOnlySpan<byte> key, bool current)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize, nameof(key));
        var keys = (byte[]?[])_keys.Clone();
        keys[id] = key.ToArray();
        return new KeyRing(keys, current ? id : CurrentId);
    }

    /// <summary>
    /// This ring with a new random key, which is not current. Its id is the first free one above that of the current
    /// key.
    /// </summary>
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
    /// <param name="instance">
    /// Random bytes that no other cluster has. If there are none, or only zeros, the result is this very ring.
    /// </param>
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
    /// <param name="text">The content of the file.</param>
    /// <param name="source">Where the text came from, for the message of the exception.</param>
    /// <exception cref="KeyRingException">The text is wrong. The message lists all problems, and never a key.</exception>
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
                problems.Add($"line {number}: key {id} is in an earlier line already");
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

    /// <summary>Writes the text of a key file, which is secret.</summary>
    public void Write(TextWriter writer)
    {
        writer.Write("# Cluster keys of DAMS. Secret: anyone who has them can speak for every node.\n");
        foreach (var id in Ids)
        {
            writer.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"{id} {Convert.ToHexStringLower(_keys[id]!)}{(id == CurrentId ? " " + CurrentMark : "")}\n"));
        }
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
