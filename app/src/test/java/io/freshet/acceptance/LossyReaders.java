package io.freshet.acceptance;

import io.freshet.journal.ChangeKind;
import io.freshet.journal.Detector;
import io.freshet.path.RelativePath;
import io.freshet.posix.OwnDirectory;
import io.freshet.posix.SourceRoot;
import io.freshet.watch.EventReader;
import io.freshet.watch.EventReaders;
import io.freshet.watch.EventSink;
import io.freshet.watch.Tier;
import io.freshet.watch.UnwatchedSubtree;
import io.freshet.watch.WatcherOptions;
import io.freshet.watch.Writing;
import io.freshet.watch.linux.LinuxEventReaders;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The real readers, with a sink that can be stopped up: then the kernel's queue fills, until it overflows.
 *
 * <p>inotify's queue is bounded and overflows by itself. fanotify's is not; there, what is read while the sink is stopped up
 * is thrown away when it is opened, and the overflow told of as the reader tells of its own.
 */
final class LossyReaders implements EventReaders {
    private final EventReaders real = new LinuxEventReaders();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean stoppedUp;
    private boolean waiting;
    /** fanotify only: what was made known before this moment is lost. */
    private boolean losing;

    /** Lets the reader go no further than its next event. */
    void stopUp() {
        lock.lock();
        try {
            stoppedUp = true;
            waiting = false;
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether the reader has come to an event that it cannot tell of. */
    boolean isWaiting() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    /** Lets the reader go on; {@code andLose} what it reads until its queue is empty. */
    void release(boolean andLose) {
        lock.lock();
        try {
            stoppedUp = false;
            losing = andLose;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void release() {
        release(false);
    }

    /** Waits while the sink is stopped up, and tells whether the event is lost. */
    private boolean passes() {
        lock.lock();
        try {
            while (stoppedUp) {
                waiting = true;
                changed.awaitUninterruptibly();
            }
            return !losing;
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether something was lost until now. */
    private boolean endLoss() {
        lock.lock();
        try {
            boolean lost = losing && !stoppedUp;
            losing = losing && stoppedUp;
            return lost;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public EventReader open(SourceRoot root, OwnDirectory cookies, WatcherOptions options) {
        return new Reader(real.open(root, cookies, options));
    }

    private final class Reader implements EventReader {
        private final EventReader reader;

        private Reader(EventReader reader) {
            this.reader = reader;
        }

        @Override
        public Tier tier() {
            return reader.tier();
        }

        @Override
        public String reason() {
            return reader.reason();
        }

        @Override
        public String limits() {
            return reader.limits();
        }

        @Override
        public boolean reportsCookies() {
            return reader.reportsCookies();
        }

        @Override
        public void begin(EventSink sink) {
            reader.begin(new Sink(sink));
        }

        @Override
        public void read(EventSink sink, Duration longest) {
            reader.read(new Sink(sink), longest);
            if (endLoss()) {
                sink.overflowed("the test lost events");
                sink.changedBelow(RelativePath.ROOT, Detector.OVERFLOW);
            }
        }

        @Override
        public void wake() {
            reader.wake();
        }

        @Override
        public List<UnwatchedSubtree> unwatched() {
            return reader.unwatched();
        }

        @Override
        public void close() {
            reader.close();
        }
    }

    private final class Sink implements EventSink {
        private final EventSink sink;

        private Sink(EventSink sink) {
            this.sink = sink;
        }

        @Override
        public void changed(
                RelativePath path,
                ChangeKind kind,
                @Nullable RelativePath movedFrom,
                Writing writing,
                Detector detector) {
            if (passes()) {
                sink.changed(path, kind, movedFrom, writing, detector);
            }
        }

        @Override
        public void cookie(String name) {
            if (passes()) {
                sink.cookie(name);
            }
        }

        @Override
        public void cookiesWatched() {
            sink.cookiesWatched();
        }

        @Override
        public void overflowed(String reason) {
            sink.overflowed(reason);
        }

        @Override
        public void rootLost(String reason) {
            sink.rootLost(reason);
        }

        @Override
        public void rootInDoubt() {
            sink.rootInDoubt();
        }

        @Override
        public void counted(int events) {
            sink.counted(events);
        }
    }
}
