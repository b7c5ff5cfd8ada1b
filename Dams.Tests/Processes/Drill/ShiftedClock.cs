using System.Diagnostics;
using System.Globalization;

namespace Dams.Tests.Processes.Drill;

/// <summary>
/// Shifts the wall clocks of all processes that a test starts. A library between them and the C library (<c>LD_PRELOAD</c>) adds the
/// number of seconds in a file to the wall clock, and to no other clock. So our programs know nothing of it. The public library for this,
/// libfaketime, slows every reading of a clock down by a lock and a file.
/// </summary>
internal sealed class ShiftedClock
{
    private const string Source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <stdlib.h>
        #include <sys/mman.h>
        #include <sys/time.h>
        #include <time.h>
        #include <unistd.h>
        static volatile long long *shift;
        static int (*real_gettime)(clockid_t, struct timespec *);
        __attribute__((constructor)) static void begin(void)
        {
            const char *path = getenv("DAMS_TEST_CLOCK");
            real_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
            int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
            if (file < 0) return;
            void *map = mmap(0, 4096, PROT_READ, MAP_SHARED, file, 0);
            close(file);
            if (map != MAP_FAILED) shift = map;
        }
        int clock_gettime(clockid_t clock, struct timespec *time)
        {
            if (!real_gettime) begin();
            int result = real_gettime(clock, time);
            if (!result && shift && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += *shift;
            return result;
        }
        int gettimeofday(struct timeval *time, void *zone)
        {
            struct timespec now;
            int result = clock_gettime(CLOCK_REALTIME, &now);
            if (time) { time->tv_sec = now.tv_sec; time->tv_usec = now.tv_nsec / 1000; }
            return result;
        }
        time_t time(time_t *where)
        {
            struct timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            if (where) *where = now.tv_sec;
            return now.tv_sec;
        }
        """;

    private readonly string _file;

    private ShiftedClock(string file) => _file = file;

    /// <summary>
    /// Builds the library in the cluster's folder, and sets the cluster's variables so that its processes use it. Gives null and the reason
    /// if this machine can't build it.
    /// </summary>
    public static ShiftedClock? TryMake(TestCluster cluster, out string? reason)
    {
        reason = null;
        var (source, library, file) = (cluster.File("clock.c"), cluster.File("clock.so"), cluster.File("clock"));
        File.WriteAllText(source, Source);
        File.WriteAllBytes(file, new byte[4096]);
        try
        {
            string[] arguments = ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"];
            using var compiler = Process.Start(new ProcessStartInfo("cc", arguments) { RedirectStandardError = true })!;
            var said = compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            if (compiler.ExitCode != 0)
                reason = $"the C compiler has failed: {said}";
        }
        catch (System.ComponentModel.Win32Exception absent)
        {
            reason = $"there is no C compiler: {absent.Message}";
        }

        if (reason is not null)
            return null;
        cluster.Variables["LD_PRELOAD"] = library;
        cluster.Variables["DAMS_TEST_CLOCK"] = file;
        return new ShiftedClock(file);
    }

    /// <summary>Shifts the clocks of all processes by this much from the real time.</summary>
    public void Set(TimeSpan shift)
    {
        using var file = new FileStream(_file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Write(BitConverter.GetBytes((long)shift.TotalSeconds));
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"drill: the clocks are {shift.TotalHours:F0} h off"));
    }
}
