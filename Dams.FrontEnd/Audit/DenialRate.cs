namespace Dams.FrontEnd.Audit;

/// <summary>
/// Bounds the entries about refused credentials. A stranger can cause any number of them, and they must not push the calls out of the
/// files. For any thread.
/// </summary>
internal sealed class DenialRate
{
    /// <summary>The most entries in a second.</summary>
    public const int PerSecondMax = 10;

    private readonly Lock _lock = new();
    private DateTimeOffset _second;
    private int _count;
    private long _unwritten;

    /// <summary>Whether an entry may be written now, and how many were left out before it.</summary>
    public bool TryTake(DateTimeOffset now, out long unwritten)
    {
        lock (_lock)
        {
            if (now - _second >= TimeSpan.FromSeconds(1) || now < _second)
                (_second, _count) = (now, 0);
            unwritten = _unwritten;
            if (_count >= PerSecondMax)
            {
                _unwritten++;
                return false;
            }

            _count++;
            _unwritten = 0;
            return true;
        }
    }
}
