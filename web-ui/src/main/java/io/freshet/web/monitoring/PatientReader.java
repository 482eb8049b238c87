package io.freshet.web.monitoring;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the database something on a thread of its own, and waits for it no longer than who watches Freshet would: an answer
 * that comes later is worth nothing to them. Thread-safe.
 */
public final class PatientReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PatientReader.class);
    /** More than these are not worth asking while none of them is answered. */
    private static final int AT_ONCE = 4;

    private final Duration patience;
    private final ThreadPoolExecutor threads =
            new ThreadPoolExecutor(0, AT_ONCE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), PatientReader::daemon);

    /** @param patience the longest that anybody waits */
    public PatientReader(Duration patience) {
        this.patience = patience;
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "monitoring");
        thread.setDaemon(true);
        return thread;
    }

    /** Returns the answer; empty if there is none in time. */
    public <T> Optional<T> ask(Callable<T> question) {
        Future<T> answer;
        try {
            answer = threads.submit(question);
        } catch (RejectedExecutionException tooMany) {
            return Optional.empty();
        }
        try {
            return Optional.of(answer.get(patience.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException failure) {
            LOG.debug("event=not_read reason=\"{}\"", String.valueOf(failure.getCause()));
            return Optional.empty();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (TimeoutException late) {
            return Optional.empty();
        } finally {
            answer.cancel(true);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
