using Microsoft.AspNetCore.Http;

namespace Dams.Hosting.Web;

/// <summary>An order can't be carried out. The message says why, and what is possible.</summary>
public sealed class OrderRefusedException : Exception
{
    /// <summary>Makes a refusal with the HTTP status of its answer.</summary>
    public OrderRefusedException(string message, int status)
        : base(message) => Status = status;

    /// <summary>The HTTP status of the answer: 400, 409, 415 or 421.</summary>
    public int Status { get; }

    /// <summary>A field of the order has a value that is never valid.</summary>
    public static OrderRefusedException Wrong(string field, object? value, string expected) =>
        new(Sentence(field, value, expected), StatusCodes.Status400BadRequest);

    /// <summary>The content type of the order is not accepted.</summary>
    public static OrderRefusedException WrongType(string type, string expected) =>
        new(Sentence("Content-Type", type, expected), StatusCodes.Status415UnsupportedMediaType);

    /// <summary>The order was sent to another host than this one.</summary>
    public static OrderRefusedException WrongHost(string host, string expected) =>
        new(Sentence("Host", host, expected), StatusCodes.Status421MisdirectedRequest);

    /// <summary>The order can't be carried out in the present situation.</summary>
    public static OrderRefusedException Impossible(string reason) => new(reason, StatusCodes.Status409Conflict);

    private static string Sentence(string field, object? value, string expected) =>
        $"{field} is {(value is string text ? $"'{text}'" : value)}; expected {expected}.";
}
