package io.freshet.run;

import io.freshet.failure.FreshetException;
import io.freshet.journal.Deliveries;
import io.freshet.journal.Lease;
import io.freshet.journal.WaveRecord;
import io.freshet.path.RelativePath;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Writes what the waves of a run did into the journal, one after the other: at once, or beside the next wave.
 *
 * <p>What is written beside stays claimed until it is known to be written, so that the next wave cannot depend on it. Used by
 * the lane's thread, which alone ends those claims.
 */
final class WaveRecorder {
    private record Writing(FutureTask<?> task, Set<RelativePath> claimed) {}

    private final Deliveries deliveries;
    private final ServedTarget served;
    private final Lease lease;
    private final long runNumber;
    private @Nullable Writing writing;
    private long workingSince = System.nanoTime();

    WaveRecorder(Deliveries deliveries, ServedTarget served, Lease lease, long runNumber) {
        this.deliveries = deliveries;
        this.served = served;
        this.lease = lease;
        this.runNumber = runNumber;
    }

    /** Writes a wave, after the one before it. Once this returned, what it says is durable and shown. */
    void write(WaveRecord record) {
        record.took(worked());
        await();
        deliveries.record(lease, runNumber, record);
    }

    /** The lane had nothing to do until now. */
    void idled() {
        workingSince = System.nanoTime();
    }

    private Duration worked() {
        long now = System.nanoTime();
        Duration worked = Duration.ofNanos(now - workingSince);
        workingSince = now;
        return worked;
    }

    /**
     * Begins to write a wave, after the one before it.
     *
     * @param claimed the claims that this takes over from the caller
     */
    void writeBeside(WaveRecord record, Set<RelativePath> claimed) {
        record.took(worked());
        await();
        FutureTask<?> task = new FutureTask<>(() -> deliveries.record(lease, runNumber, record), null);
        writing = new Writing(task, claimed);
        Thread thread = new Thread(task, "freshet-record-" + served.name());
        thread.setDaemon(true);
        thread.start();
    }

    /** Returns what is claimed for what is being written. */
    Set<RelativePath> claimed() {
        return writing == null ? Set.of() : writing.claimed();
    }

    /**
     * Waits until all is written.
     *
     * @throws FreshetException if it could not be: the paths are in doubt now
     */
    void await() {
        Writing awaited = writing;
        if (awaited == null) {
            return;
        }
        writing = null;
        try {
            get(awaited.task());
        } catch (RuntimeException e) {
            served.doubt(awaited.claimed());
            throw e;
        }
        awaited.claimed().forEach(served.claims()::release);
    }

    /** However often the thread is interrupted: what is being written has an end, and its outcome is needed. */
    private static void get(FutureTask<?> task) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    task.get();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof FreshetException failure
                            ? failure
                            : new IllegalStateException("a wave could not be recorded", e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
