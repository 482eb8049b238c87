package io.freshet.app.server;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Runs a server until the process is told to end by SIGTERM, SIGINT or SIGHUP.
 *
 * <p>Whoever asks for a clean end and gets one sees exit status 0, not 143: that is what service managers take for
 * success without being told. If the end takes longer than {@link #END_AT_MOST}, the process ends nevertheless, with
 * status 1; what was under way is then settled at the next start, as after a crash.
 */
public final class Foreground {
    /** Longer than any part of the server takes to stop, shorter than service managers wait before they kill. */
    public static final Duration END_AT_MOST = Duration.ofSeconds(60);

    private final CountDownLatch endAsked = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    /**
     * Starts a server, tells when it is ready, and returns when it has been stopped.
     *
     * @throws RuntimeException if it does not start
     */
    public void run(Supplier<Server> start, Consumer<Server> whenReady) throws InterruptedException {
        Thread hook = new Thread(this::endInTime, "end");
        Runtime.getRuntime().addShutdownHook(hook);
        try (Server server = start.get()) {
            whenReady.accept(server);
            endAsked.await();
        } finally {
            ended.countDown();
            removeUnlessEnding(hook);
        }
    }

    private static void removeUnlessEnding(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // It is the hook that wanted this end, and it decides about the status.
        }
    }

    /** A hook that ends the process itself, because its status would be 143 otherwise. */
    private void endInTime() {
        endAsked.countDown();
        boolean inTime = false;
        try {
            inTime = ended.await(END_AT_MOST.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(inTime ? 0 : 1);
    }
}
