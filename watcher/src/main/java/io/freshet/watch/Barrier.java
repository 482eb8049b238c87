package io.freshet.watch;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A wait until everything that happened before it was begun is in the journal. Thread-safe. */
final class Barrier {
    private final CompletableFuture<Long> reached = new CompletableFuture<>();
    private final List<String> cookies = new CopyOnWriteArrayList<>();
    private final long begunNanos;
    private final Instant begun;
    private final boolean own;
    private final BiConsumer<Barrier, @Nullable FreshetException> onEnd;

    // own: whether it dates the watcher's observation rather than answers somebody. onEnd: told once or more.
    Barrier(long begunNanos, Instant begun, boolean own, BiConsumer<Barrier, @Nullable FreshetException> onEnd) {
        this.begunNanos = begunNanos;
        this.begun = begun;
        this.own = own;
        this.onEnd = onEnd;
    }

    CompletableFuture<Long> reached() {
        return reached;
    }

    /** The names of the files that stand for it, the newest last. */
    List<String> cookies() {
        return cookies;
    }

    long begunNanos() {
        return begunNanos;
    }

    Instant begun() {
        return begun;
    }

    boolean isOwn() {
        return own;
    }

    void succeed(long head) {
        onEnd.accept(this, null);
        reached.complete(head);
    }

    void fail(ErrorCode code, String message) {
        fail(new FreshetException(code, message));
    }

    void fail(FreshetException reason) {
        onEnd.accept(this, reason);
        reached.completeExceptionally(reason);
    }
}
