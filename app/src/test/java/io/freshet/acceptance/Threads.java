package io.freshet.acceptance;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** What the threads that deliver are doing, for a test that waited in vain. */
final class Threads {
    private static final int FRAMES = 25;

    private Threads() {}

    static String working() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> Arrays.stream(thread.getValue())
                        .anyMatch(frame -> frame.getClassName().startsWith("io.freshet.run.Drain")))
                .map(Threads::described)
                .collect(Collectors.joining("\n", "\nthreads:\n", ""));
    }

    private static String described(Map.Entry<Thread, StackTraceElement[]> thread) {
        return thread.getKey().getName()
                + Arrays.stream(thread.getValue())
                        .limit(FRAMES)
                        .map(frame -> "\n    " + frame)
                        .collect(Collectors.joining());
    }
}
