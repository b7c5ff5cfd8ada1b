namespace Dams.Soap;

/// <summary>The reason why a request gets status 415.</summary>
/// <param name="Text">One line for people: what is wrong, and what to send.</param>
/// <param name="Header">The header that says the same to programs: Accept or Accept-Encoding.</param>
/// <param name="Accepted">The value of that header.</param>
internal sealed record MediaRefusal(string Text, string Header, string Accepted);
