namespace Dams.Soap;

/// <summary>A page for people, beside the help page of a service: it answers GET with <c>?key</c>.</summary>
/// <param name="Key">The name in the query, in lower case, such as <c>api</c>.</param>
/// <param name="Title">The title, for links to it.</param>
/// <param name="Html">Makes the content of the page's body. It must be safe HTML. Called by any thread.</param>
public sealed record SoapPage(string Key, string Title, Func<string> Html);
