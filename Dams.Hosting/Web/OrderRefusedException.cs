using System.Net;
using Microsoft.AspNetCore.Http;

namespace Dams.Hosting.Web;

/// <summary>An order can't be carried out. The message says why, and what is possible.</summary>
public sealed class OrderRefusedException : Exception
{
    /// <summary>Makes a refusal with the HTTP status of its answer.</summary>
    public OrderRefusedException(string message, int status)
        : base(message) => Status = status;

    /// <summary>The HTTP status of the answer: 400, 401, 403, 409, or 415.</summary>
    public int Status { get; }

    /// <summary>A field of the order has a value that is never valid.</summary>
    public static OrderRefusedException Wrong(string field, object? value, string expected) =>
        new(Sentence(field, value, expected), StatusCodes.Status400BadRequest);

    /// <summary>The content type of the order is not accepted.</summary>
    public static OrderRefusedException WrongType(string type, string expected) =>
        new(Sentence("Content-Type", type, expected), StatusCodes.Status415UnsupportedMediaType);

    /// <summary>The order comes from another machine.</summary>
    public static OrderRefusedException Elsewhere(IPAddress remote) => new(
        $"{remote} is another machine: orders are accepted from this machine only.", StatusCodes.Status403Forbidden);

    /// <summary>The order has no token.</summary>
    public static OrderRefusedException WithoutToken(string file) => new(
        $"Orders need the token in {file}: send it as Authorization: {OrderToken.Scheme} TOKEN. dams does so by itself, if it may read "
        + "that file.",
        StatusCodes.Status401Unauthorized);

    /// <summary>The order has a wrong token.</summary>
    public static OrderRefusedException WrongToken(string file) => new(
        $"The token is wrong: this process accepts the one in {file}.", StatusCodes.Status403Forbidden);

    /// <summary>The order can't be carried out in the present situation.</summary>
    public static OrderRefusedException Impossible(string reason) => new(reason, StatusCodes.Status409Conflict);

    private static string Sentence(string field, object? value, string expected) =>
        $"{field} is {(value is string text ? $"'{text}'" : value)}; expected {expected}.";
}
