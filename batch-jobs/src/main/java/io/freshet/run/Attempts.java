package io.freshet.run;

import io.freshet.path.RelativePath;
import io.freshet.target.Monitor;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** How long each file of a list took, from when it was first read to its end. Used by one thread. */
final class Attempts implements Monitor {
    private final Monitor monitor;
    private final Map<RelativePath, Long> begun = new HashMap<>();
    private final Map<RelativePath, Duration> took = new HashMap<>();

    /** @param monitor is told everything, too */
    Attempts(Monitor monitor) {
        this.monitor = monitor;
    }

    /** Returns how long the file at a path took; nothing if it was never read. */
    Duration took(RelativePath path) {
        return took.getOrDefault(path, Duration.ZERO);
    }

    @Override
    public void began(Operation operation) {
        begun.putIfAbsent(operation.path(), System.nanoTime());
        monitor.began(operation);
    }

    @Override
    public void sent(Operation operation, long bytes) {
        monitor.sent(operation, bytes);
    }

    @Override
    public void reached(Operation operation, long position) {
        monitor.reached(operation, position);
    }

    @Override
    public void fetching(long bytes) {
        monitor.fetching(bytes);
    }

    @Override
    public int filesAtOnce() {
        return monitor.filesAtOnce();
    }

    @Override
    public void ended(Operation operation, Result result) {
        Long from = begun.remove(operation.path());
        if (from != null) {
            took.put(operation.path(), Duration.ofNanos(System.nanoTime() - from));
        }
        monitor.ended(operation, result);
    }

    @Override
    public boolean stopRequested() {
        return monitor.stopRequested();
    }
}
