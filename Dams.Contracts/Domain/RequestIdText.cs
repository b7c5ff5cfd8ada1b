namespace Dams.Contracts.Domain;

/// <summary>The length of a request id, which a client makes.</summary>
public static class RequestIdText
{
    /// <summary>The most characters: Unicode scalar values, whether UTF-16 needs one unit for them or two.</summary>
    public const int CharactersMax = 64;

    /// <summary>Whether the id has more than <see cref="CharactersMax"/> characters.</summary>
    public static bool IsTooLong(string id)
    {
        var characters = 0;
        foreach (var _ in id.EnumerateRunes())
        {
            if (++characters > CharactersMax)
                return true;
        }

        return false;
    }
}
