using System.Net;
using System.Net.Sockets;

namespace Dams.Ordering.Transport;

/// <summary>A socket could not be bound.</summary>
public sealed class EndpointUnavailableException : Exception
{
    /// <summary>Describes the endpoint that could not be bound.</summary>
    public EndpointUnavailableException(IPEndPoint endpoint, SocketException innerException)
        : base(
            innerException.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"UDP {endpoint} is in use by another process.",
                SocketError.AddressNotAvailable => $"UDP {endpoint}: this machine does not have that address.",
                SocketError.AccessDenied => $"UDP {endpoint}: no permission to bind it.",
                _ => $"UDP {endpoint} can't be bound: {innerException.Message}",
            },
            innerException)
    {
    }
}
