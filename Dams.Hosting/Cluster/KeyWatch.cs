using Dams.Hosting.Folders;
using Dams.Ordering.Transport;
using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Cluster;

/// <summary>
/// Follows the key file of a running process. Its write time is looked at, which works on every file system and however the file is replaced; a file that
/// can't be used is reported, once for each problem, and the keys in use are kept.
/// </summary>
/// <remarks>Thread: one looks; <see cref="Current"/> is for any thread.</remarks>
internal sealed class KeyWatch
{
    /// <summary>How often the file is looked at: an operator who changes keys waits longer than that between two steps.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly byte[] _instance;
    private readonly Func<KeyRing, bool> _use;
    private readonly ILogger _logger;
    private volatile KeyRing _current;
    private DateTime? _seen;
    private bool _mustReadAgain;
    private string? _problem;
    private KeyRing? _unnoted;
    private string? _noteProblem;

    /// <summary>A watch that has not looked yet.</summary>
    /// <param name="path">The key file.</param>
    /// <param name="current">The keys in use; the file may have changed since they were read.</param>
    /// <param name="use">Takes other keys into use; false if that can't be done now, and is to be tried again.</param>
    /// <param name="logger">Gets the ids, never the keys.</param>
    /// <param name="instance">Which cluster uses the keys.</param>
    public KeyWatch(string path, KeyRing current, Func<KeyRing, bool> use, ILogger logger, ClusterInstance instance = default)
    {
        _path = path;
        _instance = instance.ToBytes();
        _current = current;
        _use = use;
        _logger = logger;
        HostingLog.KeysUsed(logger, current);
    }

    /// <summary>The keys in use.</summary>
    public KeyRing Current => _current;

    /// <summary>
    /// Looks once every <see cref="Period"/> until it is told to stop, and has the folder's identity know the keys that are used: else a
    /// start after all keys were changed one by one, with a key file outside the data folder, would take them for another cluster's.
    /// </summary>
    /// <param name="time">The clock.</param>
    /// <param name="folder">The data folder.</param>
    /// <param name="stopping">Ends it.</param>
    public async Task RunAsync(TimeProvider time, string folder, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false))
        {
            Look();
            await NoteAsync(folder, stopping).ConfigureAwait(false);
        }
    }

    private async Task NoteAsync(string folder, CancellationToken stopping)
    {
        if (_unnoted is null)
            return;
        try
        {
            await DataFolder.NoteKeysAsync(folder, _unnoted, stopping).ConfigureAwait(false);
            _unnoted = null;
            _noteProblem = null;
        }
        catch (Exception problem) when (problem is DataFolderException or IOException or UnauthorizedAccessException)
        {
            // A full disk, say. It is tried again, and matters at the next start only.
            if (_noteProblem != problem.Message)
                HostingLog.KeysNotNoted(_logger, problem.Message);
            _noteProblem = problem.Message;
        }
    }

    /// <summary>Takes the keys of the file into use if they are others.</summary>
    public void Look()
    {
        // Write times are coarse: a second change may have the first one's. So what was read after a change is read once more, a period later.
        var written = WriteTime();
        var hasChanged = written != _seen;
        if (!hasChanged && !_mustReadAgain)
            return;
        _seen = written;
        _mustReadAgain = hasChanged;
        KeyRing inFile, read;
        try
        {
            inFile = KeyFile.Load(_path);
            read = inFile.For(_instance);
        }
        catch (KeyRingException problem)
        {
            // Its mode can be mended without a new write time.
            _mustReadAgain = true;
            if (_problem != problem.Message)
                HostingLog.KeysRefused(_logger, _current, problem.Message);
            _problem = problem.Message;
            return;
        }

        var wasBroken = _problem is not null;
        _problem = null;
        if (!read.HasSameKeysAs(_current))
        {
            if (!_use(read))
            {
                _mustReadAgain = true;
                return;
            }

            // Not those of a file that has none of the former keys: a start is to refuse it.
            if (read.Fingerprints.Intersect(_current.Fingerprints).Any())
                _unnoted = inFile;
            _current = read;
        }
        else if (!wasBroken)
        {
            return;
        }

        HostingLog.KeysUsed(_logger, _current);
    }

    private DateTime? WriteTime()
    {
        try
        {
            return File.GetLastWriteTimeUtc(_path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // Reading it tells what is wrong.
            return null;
        }
    }
}
