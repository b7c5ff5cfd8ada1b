using Dams.Hosting.Folders;
using Dams.Ordering.Transport;
using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Cluster;

/// <summary>
/// Follows the key file of a running process. It looks at the file's write time, which works on every file system, however the file is
/// replaced. If the file can't be used, the keys in use are kept, and each problem is reported once.
/// </summary>
/// <remarks>Thread: one thread looks at the file; any thread may read <see cref="Current"/>.</remarks>
internal sealed class KeyWatch
{
    /// <summary>The time between two looks at the file. An operator who changes keys waits longer than that between two steps.</summary>
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

    /// <summary>Makes a watch that has not looked at the file yet.</summary>
    /// <param name="path">The path of the key file.</param>
    /// <param name="current">The keys in use; the file may have changed since they were read.</param>
    /// <param name="use">Takes other keys into use. It returns false if that is impossible now; the watch then tries again.</param>
    /// <param name="logger">Receives the ids of keys, never the keys.</param>
    /// <param name="instance">The cluster for which the keys are derived.</param>
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
    /// Looks at the file once every <see cref="Period"/> until it is asked to stop. Also records the keys in use in the folder's identity.
    /// Otherwise all keys of a key file outside the data folder might change one by one, and the next start would take them for another
    /// cluster's.
    /// </summary>
    /// <param name="time">The clock for the period.</param>
    /// <param name="folder">The data folder whose identity records the keys.</param>
    /// <param name="stopping">Ends the loop.</param>
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
            // The disk may be full. This is tried again, and matters only at the next start.
            if (_noteProblem != problem.Message)
                HostingLog.KeysNotNoted(_logger, problem.Message);
            _noteProblem = problem.Message;
        }
    }

    /// <summary>Takes the keys of the file into use if they differ from those in use.</summary>
    public void Look()
    {
        // Write times are coarse: a second change may have the write time of the first.
        // So a changed file is read once more, a period later.
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
            // The operator can correct the file's mode without changing its write time.
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

            // The keys of a file that has none of the former keys are not recorded: the next start must reject that file.
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
            // The attempt to read the file reports what is wrong.
            return null;
        }
    }
}
