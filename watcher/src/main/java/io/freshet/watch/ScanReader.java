package io.freshet.watch;

import io.freshet.path.RelativePath;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The tier without events: asks for a look at everything at intervals. Stores through {@code mmap} may go unseen. */
public final class ScanReader implements EventReader {
    private final String reason;
    private final long intervalNanos;
    private final Semaphore woken = new Semaphore(0);
    private long next;

    /**
     * Makes a reader whose first scan is one interval after {@link #begin}.
     *
     * @param reason why no better tier works
     */
    public ScanReader(String reason, Duration interval) {
        this.reason = reason;
        this.intervalNanos = interval.toNanos();
    }

    @Override
    public Tier tier() {
        return Tier.SCAN;
    }

    @Override
    public String reason() {
        return reason;
    }

    @Override
    public String limits() {
        return "looks at everything every " + Duration.ofNanos(intervalNanos).toSeconds()
                + " s and sees nothing in between; stores through mmap may go unseen until their times change";
    }

    @Override
    public boolean reportsCookies() {
        return false;
    }

    @Override
    public void begin(EventSink sink) {
        next = System.nanoTime() + intervalNanos;
    }

    @Override
    public void read(EventSink sink, Duration longest) {
        long wait = Math.min(longest.toNanos(), next - System.nanoTime());
        try {
            if (wait > 0 && woken.tryAcquire(wait, TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (next - System.nanoTime() <= 0) {
            next = System.nanoTime() + intervalNanos;
            sink.changedBelow(RelativePath.ROOT, Tier.SCAN.detector());
        }
    }

    @Override
    public void wake() {
        woken.release();
    }

    @Override
    public List<UnwatchedSubtree> unwatched() {
        return List.of();
    }

    @Override
    public void close() {}
}
