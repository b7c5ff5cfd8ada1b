using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Access;

/// <summary>
/// The users of a running process. It looks at the user file once a second, by its write time and length, however the file is replaced. If
/// the new file can't be used, the users in use are kept, and <see cref="Problem"/> says so for as long as it lasts.
/// </summary>
/// <remarks>Thread: one task looks at the file; any thread may read.</remarks>
public sealed class UserStore
{
    /// <summary>The time between two looks at the file.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger;
    private volatile UserList _current;
    private volatile string? _problem;
    private (DateTime, long)? _seen;
    private bool _mustReadAgain = true;

    private UserStore(string path, UserList users, ILogger logger)
    {
        Path = path;
        _current = users;
        _logger = logger;
        AccessLog.UsersUsed(logger, users.Users.Length, users.Digest);
    }

    /// <summary>The user file.</summary>
    public string Path { get; }

    /// <summary>The users in use.</summary>
    public UserList Current => _current;

    /// <summary>The reason why the newest file is not in use, as a sentence; null if it is in use.</summary>
    public string? Problem => _problem;

    /// <summary>Reads the file for the first time.</summary>
    /// <param name="path">The user file.</param>
    /// <param name="mayBeAbsent">Whether a missing file has no users, because there are other ways to authenticate.</param>
    /// <param name="logger">Receives a line for each version of the file.</param>
    /// <exception cref="UserFileException">The file can't be read, or it is wrong. A process must not start without it.</exception>
    public static UserStore Open(string path, bool mayBeAbsent, ILogger logger) =>
        new(path, mayBeAbsent && !File.Exists(path) ? UserList.Empty : UserFile.Load(path), logger);

    /// <summary>Looks at the file once every <see cref="Period"/> until it is cancelled.</summary>
    public async Task RunAsync(TimeProvider time, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false))
                Look();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The process stops.
        }
    }

    /// <summary>Takes the users of the file into use if it has changed.</summary>
    public void Look()
    {
        // Write times are coarse: a second change may have the write time of the first. So a changed file is read once more, a period later.
        var seen = Stamp();
        var hasChanged = seen != _seen;
        if (!hasChanged && !_mustReadAgain)
            return;
        _seen = seen;
        _mustReadAgain = hasChanged;
        // With other ways to authenticate, a file may come later.
        if (seen is null && _current.Users.Length == 0)
            return;
        try
        {
            var read = UserFile.Load(Path);
            if (read.Digest != _current.Digest || _problem is not null)
                AccessLog.UsersUsed(_logger, read.Users.Length, read.Digest);
            _current = read;
            _problem = null;
        }
        catch (UserFileException problem)
        {
            // The operator can correct the file's mode without changing its write time.
            _mustReadAgain = true;
            if (_problem != problem.Message)
                AccessLog.UsersRefused(_logger, _current.Digest, problem.Message);
            _problem = problem.Message;
        }
    }

    private (DateTime, long)? Stamp()
    {
        try
        {
            var file = new FileInfo(Path);
            return file.Exists ? (file.LastWriteTimeUtc, file.Length) : null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // The attempt to read the file reports what is wrong.
            return null;
        }
    }
}
