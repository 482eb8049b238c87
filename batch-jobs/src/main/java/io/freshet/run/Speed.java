package io.freshet.run;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/** How fast a number grows, over the last seconds. Used by one thread. */
final class Speed {
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(5);

    private record Sample(long at, long value) {}

    private final Deque<Sample> samples = new ArrayDeque<>();

    /** @param begunAt when, by {@link System#nanoTime()}, the number was {@code value} */
    Speed(long begunAt, long value) {
        samples.add(new Sample(begunAt, value));
    }

    /** Takes in what the number is now and returns by how much it grows in a second; zero where it fell. */
    double now(long at, long value) {
        Sample last = samples.getLast();
        if (value < last.value) {
            samples.clear();
        }
        samples.add(new Sample(at, value));
        while (samples.size() > 2 && at - samples.getFirst().at > WINDOW_NANOS) {
            samples.remove();
        }
        Sample first = samples.getFirst();
        return at == first.at ? 0 : (value - first.value) * 1e9 / (at - first.at);
    }
}
