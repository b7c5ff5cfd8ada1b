using Microsoft.Extensions.Logging;

namespace Dams.Hosting.Tls;

/// <summary>
/// The content of PEM files, which is read again when the files change. A file that can't be used changes nothing: what is in use is kept.
/// The problem is logged once, and stands until the files can be used again.
/// </summary>
/// <remarks>Thread: one thread looks at the files; any thread may read <see cref="Current"/> and <see cref="Problem"/>.</remarks>
/// <typeparam name="T">The content of the files.</typeparam>
public abstract class ReloadedPem<T>
    where T : class
{
    private readonly string _owner;
    private readonly ILogger _logger;
    private volatile T _current = null!;
    private volatile string? _problem;
    private string[] _seen = [];
    private string? _suspected;

    /// <param name="owner">The owner of the files, for messages.</param>
    /// <param name="logger">Receives a line for each change, and for each problem.</param>
    private protected ReloadedPem(string owner, ILogger logger)
    {
        _owner = owner;
        _logger = logger;
    }

    /// <summary>The content in use.</summary>
    public T Current => _current;

    /// <summary>Why the files can't be used now, as a sentence; null if they can.</summary>
    public string? Problem => _problem;

    /// <summary>
    /// Reads the files. They are small, so they are compared as a whole: their write times are coarse, and a corrected mode changes none.
    /// </summary>
    public void Look()
    {
        try
        {
            var texts = ReadTexts();
            if (_problem is null && _suspected is null && texts.SequenceEqual(_seen))
                return;
            Use(Parse(texts), texts);
        }
        catch (CertificateException problem)
        {
            // Two files are replaced one after the other. So a problem counts when it is there at the second look, too.
            var isNew = problem.Message != _problem;
            if (isNew && problem.Message == _suspected)
            {
                _problem = problem.Message;
                TlsLog.Refused(_logger, _owner, problem.Message);
            }

            _suspected = problem.Message;
        }
    }

    /// <summary>Reads the files for the first time.</summary>
    /// <exception cref="CertificateException">They can't be used.</exception>
    private protected void Open()
    {
        var texts = ReadTexts();
        Use(Parse(texts), texts);
    }

    /// <summary>Reads the texts of the files.</summary>
    /// <exception cref="CertificateException">One can't be read.</exception>
    private protected abstract string[] ReadTexts();

    /// <summary>Reads what the texts contain.</summary>
    /// <exception cref="CertificateException">They can't be used.</exception>
    private protected abstract T Parse(string[] texts);

    /// <summary>Logs what is in use from now on.</summary>
    private protected abstract void OnUsed(ILogger logger, string owner, T value);

    private void Use(T value, string[] texts)
    {
        _current = value;
        _seen = texts;
        _problem = null;
        _suspected = null;
        OnUsed(_logger, _owner, value);
    }
}
