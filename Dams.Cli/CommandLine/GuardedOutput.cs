using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Dams.Cli.CommandLine;

/// <summary>
/// Standard output or standard error on Unix, where it is not a terminal. The framework's own stream ignores that the reader of a pipe is
/// gone, so a command that repeats itself would never end. Its other errors look like failures of the command's own files. A
/// <see cref="FileStream"/> won't do either: it keeps its own position in a file, and overwrites the output of other processes there.
/// </summary>
internal sealed class GuardedOutput : Stream
{
    private const int StandardOutput = 1;
    private const int StandardError = 2;
    private const int Interrupted = 4;
    private const short PollOut = 4;

    // EAGAIN, on macOS and on Linux: the process that started this one made the pipe non-blocking, and the pipe is full.
    private static readonly int s_tryAgain = OperatingSystem.IsMacOS() ? 35 : 11;

    private readonly int _descriptor;

    private GuardedOutput(int descriptor) => _descriptor = descriptor;

    /// <summary>A writer for standard output. A write that fails throws an <see cref="OutputFailedException"/>.</summary>
    public static TextWriter OfOutput() => Open(StandardOutput, Console.Out);

    /// <summary>A writer for standard error. It ignores a write that fails, because there is nowhere left to report it.</summary>
    public static TextWriter OfErrors() => Open(StandardError, Console.Error);

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var written = WriteBytes(_descriptor, in MemoryMarshal.GetReference(buffer), buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            var error = Marshal.GetLastPInvokeError();
            if (error == s_tryAgain)
            {
                var poll = new PollDescriptor { Descriptor = _descriptor, Events = PollOut };
                _ = Poll(ref poll, 1, Timeout.Infinite); // The result does not matter: the next write tells more.
            }
            else if (error != Interrupted)
            {
                if (_descriptor == StandardOutput)
                    throw new OutputFailedException(new IOException(new Win32Exception(error).Message, error));
                return;
            }
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        // There is no buffer.
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    private static TextWriter Open(int descriptor, TextWriter terminal) =>
        OperatingSystem.IsWindows() || !(descriptor == StandardError ? Console.IsErrorRedirected : Console.IsOutputRedirected)
            ? terminal
            : TextWriter.Synchronized(new StreamWriter(new GuardedOutput(descriptor), bufferSize: 4096) { AutoFlush = true });

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint WriteBytes(int descriptor, in byte bytes, nint count);

    [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Poll(ref PollDescriptor descriptors, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
