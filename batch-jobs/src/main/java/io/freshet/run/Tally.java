package io.freshet.run;

import io.freshet.journal.Progress;
import io.freshet.journal.Progress.LargeFile;
import io.freshet.path.RelativePath;
import io.freshet.target.Operation;
import io.freshet.target.Operation.PutFile;
import io.freshet.target.Result;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What an execution of a run has sent so far: counted by the lane's thread, which writes nothing down, and measured by
 * another thread now and then.
 */
final class Tally {
    /** From this size on people want to see a file move. */
    private static final long LARGE = 8 << 20;

    private static final int MOST_SHOWN = 20;

    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong files = new AtomicLong();
    private final Map<RelativePath, UnderWay> underWay = new ConcurrentHashMap<>();
    private final Speed byteSpeed;
    private final Speed fileSpeed;

    Tally() {
        long now = System.nanoTime();
        byteSpeed = new Speed(now, 0);
        fileSpeed = new Speed(now, 0);
    }

    void sent(Operation operation, long count) {
        bytes.addAndGet(count);
        if (isLarge(operation)) {
            underWay(operation).done.addAndGet(count);
        }
    }

    void reached(Operation operation, long position) {
        if (isLarge(operation)) {
            underWay(operation).done.set(position);
        }
    }

    void ended(Operation operation, Result result) {
        if (isLarge(operation)) {
            underWay.remove(operation.path());
        }
        if (result instanceof Result.Done && isOfFile(operation)) {
            files.incrementAndGet();
        }
    }

    private static boolean isLarge(Operation operation) {
        return operation instanceof PutFile put && put.expectedSize() >= LARGE;
    }

    private static boolean isOfFile(Operation operation) {
        return !(operation instanceof Operation.MakeDirectory
                || operation instanceof Operation.RemoveDirectory
                || operation instanceof Operation.SetAttributes
                || operation instanceof Operation.SyncDirectory);
    }

    private UnderWay underWay(Operation operation) {
        return underWay.computeIfAbsent(operation.path(), path -> new UnderWay(((PutFile) operation).expectedSize()));
    }

    /** Returns a picture of it; called by one thread, about once a second. */
    Progress measure() {
        long now = System.nanoTime();
        List<LargeFile> large = underWay.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .limit(MOST_SHOWN)
                .map(entry -> entry.getValue().measure(entry.getKey(), now))
                .toList();
        long sent = bytes.get();
        long ended = files.get();
        return new Progress(sent, ended, Math.round(byteSpeed.now(now, sent)), fileSpeed.now(now, ended), large);
    }

    private static final class UnderWay {
        private final long size;
        private final AtomicLong done = new AtomicLong();
        private final Speed speed = new Speed(System.nanoTime(), 0);

        UnderWay(long size) {
            this.size = size;
        }

        LargeFile measure(RelativePath path, long now) {
            long reached = Math.min(size, done.get());
            return new LargeFile(path.toString(), size, reached, Math.round(speed.now(now, reached)));
        }
    }
}
