package io.freshet.cli;

import io.freshet.failure.FreshetException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One line on a terminal, redrawn while something is waited for and gone afterwards: how much still waits at each target. */
final class ProgressLine implements AutoCloseable {
    /** Also how long nothing is drawn: most waits are over by then. */
    static final Duration EVERY = Duration.ofSeconds(1);

    private static final int BAR = 20;
    private static final int WIDTH = 79;
    private static final String BEGINNING = "\r";
    private static final String CLEAR = "\u001b[K";

    private final Supplier<JsonNode> status;
    private final @Nullable String target;
    private final PrintWriter terminal;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "progress");
        made.setDaemon(true);
        return made;
    });
    private long most;
    private boolean isDrawn;

    /** @param target the only one that is waited for; null for all */
    ProgressLine(Supplier<JsonNode> status, @Nullable String target, PrintWriter terminal, Duration every) {
        this.status = status;
        this.target = target;
        this.terminal = terminal;
        var unused = thread.scheduleWithFixedDelay(this::draw, every.toNanos(), every.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Returns whether standard error is a terminal. Java's console would say it of standard input and output, and since
     * Java 22 also where there is none.
     */
    static boolean isWanted() {
        try {
            String device = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty") || device.equals("/dev/console");
        } catch (IOException unknown) {
            return false;
        }
    }

    private void draw() {
        try {
            String line = line(status.get());
            synchronized (this) {
                if (!thread.isShutdown()) {
                    terminal.print(BEGINNING + line + CLEAR);
                    terminal.flush();
                    isDrawn = true;
                }
            }
        } catch (FreshetException silent) {
            // Whoever waits will be told by the answer itself.
        }
    }

    /** Returns the line for what the server says. */
    String line(JsonNode answer) {
        long pending = 0;
        List<String> each = new ArrayList<>();
        for (JsonNode source : answer.path("sources")) {
            for (JsonNode one : source.path("targets")) {
                String name = one.path("target").asString("");
                long left = one.path("pending").asLong() + one.path("unplanned").asLong();
                if (left > 0 && (target == null || target.equals(name))) {
                    pending += left;
                    each.add(name + " " + (one.path("pendingIsExact").asBoolean(true) ? "" : "about ") + left);
                }
            }
        }
        most = Math.max(most, pending);
        int done = most == 0 ? BAR : (int) (BAR * (most - pending) / most);
        String line = "[" + "#".repeat(done) + "-".repeat(BAR - done) + "] "
                + VisibleText.of(each.isEmpty() ? "nothing waits any more" : "wait at " + String.join(", ", each));
        return line.length() > WIDTH ? line.substring(0, WIDTH - 1) + "…" : line;
    }

    @Override
    public void close() {
        synchronized (this) {
            thread.shutdownNow();
            if (isDrawn) {
                terminal.print(BEGINNING + CLEAR);
                terminal.flush();
            }
        }
    }
}
