package io.freshet.transfer.ssh;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.connection.channel.direct.Session;
import org.jspecify.annotations.Nullable;

/**
 * One command on a target, from its start to its answer, step by step; each step waits only as long as it is allowed to.
 *
 * <p>After a step that failed there is no answer: what was asked is not known, and that is all. Used by the session's thread.
 */
final class ShellCommand implements AutoCloseable {
    private final SSHClient client;
    private final ScheduledExecutorService watchdog;
    private final String frame =
            "freshet-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
    private final String line;
    private @Nullable Session session;
    private Session.@Nullable Command running;
    private String said = "";
    private boolean hangs;
    private boolean answered;

    /**
     * What a command answered.
     *
     * @param said what it wrote, in ISO 8859-1
     * @param status how it exited
     */
    record Answer(String said, int status) {}

    /** Something that writes input of a command; returns whether all of it was written. */
    interface Input {
        boolean writeTo(OutputStream out) throws IOException;
    }

    private interface Step {
        boolean take(Watch watch) throws IOException;
    }

    /** @param command in the language of sh(1), without a single quotation mark */
    ShellCommand(SSHClient client, ScheduledExecutorService watchdog, String command) {
        this.client = client;
        this.watchdog = watchdog;
        this.line = "exec sh -c 'echo " + frame + "; (" + command + ") 2>/dev/null; status=$?; echo; echo " + frame
                + " $status'";
    }

    /** Has the command begun; returns whether it was. */
    boolean start(Duration patience) {
        return take(patience, watch -> {
            Session opened = client.startSession();
            session = opened;
            running = opened.exec(line);
            return true;
        });
    }

    /**
     * Writes input; returns whether all of it was written.
     *
     * @param silence how long the command may take in nothing
     */
    boolean write(Input input, Duration silence) {
        Session.Command command = running;
        return command != null && take(silence, watch -> input.writeTo(watch.over(command.getOutputStream())));
    }

    /** Ends the input and returns the answer; empty where the command did not run to its end in time. */
    Optional<Answer> end(Duration patience) {
        Session.Command command = running;
        if (command != null) {
            take(patience, watch -> {
                command.getOutputStream().close();
                said = new String(command.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
                return true;
            });
        }
        Matcher framed = Pattern.compile(frame + "\\n(.*)\\n" + frame + " ([0-9]+)\\s*", Pattern.DOTALL)
                .matcher(said);
        answered = framed.find();
        return answered
                ? Optional.of(new Answer(framed.group(1), Integer.parseInt(framed.group(2))))
                : Optional.empty();
    }

    /** Returns whether a step took longer than it was allowed to. */
    boolean hangs() {
        return hangs;
    }

    private boolean take(Duration allowed, Step step) {
        BlockingCall call = new BlockingCall();
        call.begin();
        Watch watch = new Watch(call, allowed);
        boolean taken;
        try {
            taken = step.take(watch);
        } catch (IOException | RuntimeException e) {
            taken = false;
        } finally {
            watch.end();
            hangs |= call.end();
        }
        return taken && !hangs;
    }

    /** The library waits for the server to close the channel, too, which one that hangs may not do for long. */
    @Override
    public void close() {
        Session opened = session;
        if (opened == null) {
            return;
        }
        Runnable close = () -> {
            try {
                opened.close();
            } catch (IOException | RuntimeException e) {
                // The connection is lost, and with it the channel.
                return;
            }
        };
        if (answered) {
            close.run();
        } else {
            Thread thread = new Thread(close, "freshet-close");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Ends the waiting of a call that has waited for too long. */
    private final class Watch {
        private static final int LOOKS = 4;

        private final BlockingCall call;
        private final ScheduledFuture<?> looking;

        private Watch(BlockingCall call, Duration allowed) {
            this.call = call;
            long every = Math.max(1, allowed.toMillis() / LOOKS);
            this.looking = watchdog.scheduleWithFixedDelay(
                    () -> {
                        if (System.nanoTime() - call.since() > allowed.toNanos()) {
                            call.interrupt();
                        }
                    },
                    every,
                    every,
                    TimeUnit.MILLISECONDS);
        }

        private void end() {
            looking.cancel(false);
        }

        private OutputStream over(OutputStream out) {
            return new FilterOutputStream(out) {
                @Override
                public void write(byte[] bytes, int offset, int count) throws IOException {
                    out.write(bytes, offset, count);
                    call.progressed();
                }
            };
        }
    }
}
