using Microsoft.Win32.SafeHandles;

namespace Dams.Cli.CommandLine;

/// <summary>
/// Standard output or standard error where it is no terminal. The framework's own stream takes no notice when the reader of a pipe is gone,
/// so that a command that repeats itself would never end; and what else can befall it looks like a failure of the command's own files.
/// </summary>
internal sealed class GuardedOutput : Stream
{
    private const int StandardOutput = 1;
    private const int StandardError = 2;

    private readonly FileStream _stream;
    private readonly bool _isForErrors;

    private GuardedOutput(FileStream stream, bool isForErrors)
    {
        _stream = stream;
        _isForErrors = isForErrors;
    }

    /// <summary>Writes to standard output; a write that fails is an <see cref="OutputFailedException"/>.</summary>
    public static TextWriter OfOutput() => Open(StandardOutput, Console.Out);

    /// <summary>Writes to standard error; what can't be written there can't be told anywhere.</summary>
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
        try
        {
            _stream.Write(buffer);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            if (!_isForErrors)
                throw new OutputFailedException(problem);
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        // The stream below has no buffer.
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _stream.Dispose();
        base.Dispose(disposing);
    }

    private static TextWriter Open(int descriptor, TextWriter terminal)
    {
        var isForErrors = descriptor == StandardError;
        if (OperatingSystem.IsWindows() || !(isForErrors ? Console.IsErrorRedirected : Console.IsOutputRedirected))
            return terminal;
        try
        {
            var stream = new FileStream(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            return TextWriter.Synchronized(new StreamWriter(new GuardedOutput(stream, isForErrors), bufferSize: 4096) { AutoFlush = true });
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return isForErrors ? TextWriter.Null : new ClosedOutput(closed);
        }
    }

    /// <summary>Standard output was closed by whoever has started this process.</summary>
    private sealed class ClosedOutput(Exception why) : StringWriter
    {
        public override void Write(char value) => throw new OutputFailedException(why);

        public override void Write(char[] buffer, int index, int count) => throw new OutputFailedException(why);

        public override void Write(ReadOnlySpan<char> buffer) => throw new OutputFailedException(why);

        public override void Write(string? value) => throw new OutputFailedException(why);
    }
}
