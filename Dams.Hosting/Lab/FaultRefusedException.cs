using Microsoft.AspNetCore.Http;

namespace Dams.Hosting.Lab;

/// <summary>A fault that can't be made; the message says why, and what can.</summary>
public sealed class FaultRefusedException : Exception
{
    /// <summary>A refusal with the HTTP status that says so.</summary>
    public FaultRefusedException(string message, int status)
        : base(message) => Status = status;

    /// <summary>400, 409, 415 or 421.</summary>
    public int Status { get; }

    /// <summary>What was asked for is wrong in itself.</summary>
    public static FaultRefusedException Wrong(string field, object? value, string expected) =>
        new(Sentence(field, value, expected), StatusCodes.Status400BadRequest);

    /// <summary>What was sent is of another type than is taken.</summary>
    public static FaultRefusedException WrongType(string type, string expected) => new(Sentence("Content-Type", type, expected), StatusCodes.Status415UnsupportedMediaType);

    /// <summary>It was sent to another host than this one.</summary>
    public static FaultRefusedException WrongHost(string host, string expected) => new(Sentence("Host", host, expected), StatusCodes.Status421MisdirectedRequest);

    /// <summary>It can't be done as things are.</summary>
    public static FaultRefusedException Impossible(string reason) => new(reason, StatusCodes.Status409Conflict);

    private static string Sentence(string field, object? value, string expected) => $"{field} is {(value is string text ? $"'{text}'" : value)}; expected {expected}.";
}
