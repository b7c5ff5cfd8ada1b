namespace Dams.Replica.Versions.Calendar;

/// <summary>The 27 cells of a day: hospitals by times of day by types. A capacity of 0 means that there is no slot.</summary>
internal sealed class CalendarDay
{
    private const int FirstRoom = 4;

    private readonly int[] _capacity = new int[Numbering.CellsPerDay];
    private readonly int[] _taken = new int[Numbering.CellsPerDay];

    // Patients in booking order. When one leaves, those behind move up: moving at most 60 KB is cheaper than any way to avoid it.
    private readonly ushort[][] _holders = new ushort[Numbering.CellsPerDay][];

    public bool HasSlot(int cell) => _capacity[cell] > 0;

    public int Capacity(int cell) => _capacity[cell];

    public int Left(int cell) => _capacity[cell] - _taken[cell];

    public ReadOnlySpan<ushort> Holders(int cell) => _holders[cell].AsSpan(0, _taken[cell]);

    public void Open(int cell, int capacity) => _capacity[cell] = capacity;

    public void Close(int cell)
    {
        _capacity[cell] = 0;
        _taken[cell] = 0;
        _holders[cell] = [];
    }

    public void Append(int cell, int patient)
    {
        var holders = _holders[cell] ?? [];
        if (holders.Length == _taken[cell])
        {
            Array.Resize(ref holders, Math.Max(FirstRoom, 2 * holders.Length));
            _holders[cell] = holders;
        }

        holders[_taken[cell]++] = (ushort)patient;
    }

    public void Withdraw(int cell, int patient)
    {
        var holders = _holders[cell].AsSpan(0, _taken[cell]);
        var place = holders.IndexOf((ushort)patient);
        holders[(place + 1)..].CopyTo(holders[place..]);
        _taken[cell]--;
    }
}
