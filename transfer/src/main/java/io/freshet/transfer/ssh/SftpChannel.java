package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.BufferUnderflowException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * SFTP version 3 with many requests under way: requests are sent with what is to happen on their reply, and {@link
 * #receive()} makes it happen.
 *
 * <p>Requests are only buffered until the session has to wait, so that a window of small requests travels in few SSH
 * packets. A thread of its own takes in the replies, so that neither side ever waits for the other to read. Everything
 * but {@link #close()} and {@link #isStuck} belongs to the session's thread. A server that stays silent longer than the
 * deadline while an answer is due counts as lost; nothing waits for ever. Every failure of the connection is a {@link
 * FreshetException} with {@code CONNECTION_LOST}.
 */
final class SftpChannel implements AutoCloseable {
    /**
     * How long a flush to stable storage may take: minutes, for a large file on a slow disk. The server does nothing else
     * meanwhile, so neither do requests behind it have to be answered sooner, nor has what is sent to be taken in.
     */
    static final Duration FLUSH_DEADLINE = Duration.ofMinutes(5);

    private static final int LARGEST_REPLY = 4 << 20;

    private final String target;
    private final DataInputStream in;
    private final OutputStream out;
    private final long deadlineNanos;
    private final Runnable abort;
    private final SftpRequest request = new SftpRequest();
    private final Map<Integer, Waiting> waiting = new HashMap<>();
    private final Queue<Waiting> oldestFirst = new ArrayDeque<>();
    private final Inbox inbox = new Inbox();
    private final AtomicInteger patientWaits = new AtomicInteger();
    private final Map<String, String> extensions = new HashMap<>();

    /** May wait for the server to make room; the library does not end that when the server's side of the channel ends. */
    private final BlockingCall sending = new BlockingCall();

    private int nextId;
    private int unflushed;

    /**
     * @param deadline how long the server may be silent while it owes an answer
     * @param abort cuts the connection; called when the server is lost
     */
    SftpChannel(String target, InputStream in, OutputStream out, Duration deadline, Runnable abort) {
        this.target = target;
        this.in = new DataInputStream(in);
        this.out = out;
        this.deadlineNanos = deadline.toNanos();
        this.abort = abort;
    }

    /** Agrees on the version, takes in the server's extensions and starts taking in replies. */
    void start() {
        Thread reader = new Thread(this::takeInReplies, "freshet-sftp-" + target);
        reader.setDaemon(true);
        reader.start();
        write(request.reset(SftpProtocol.INIT, SftpProtocol.VERSION));
        flush();
        ArrayDeque<SftpReply> replies = inbox.await(1, deadlineNanos);
        SftpReply hello = replies.isEmpty() ? null : replies.poll();
        if (hello == null || hello.type() != SftpProtocol.VERSION_REPLY) {
            throw lost("the server did not start SFTP", inbox.failure());
        }
        try {
            hello.number();
            while (hello.hasMore()) {
                extensions.put(
                        new String(hello.string(), StandardCharsets.US_ASCII),
                        new String(hello.string(), StandardCharsets.US_ASCII));
            }
        } catch (BufferUnderflowException e) {
            throw lost("the server's greeting makes no sense", e);
        }
    }

    boolean offers(String extension) {
        return extensions.containsKey(extension);
    }

    /** Starts a request; it must be sent before the next one is started. */
    SftpRequest request(int type) {
        return request.reset(type, nextId++);
    }

    SftpRequest extended(String name) {
        return request(SftpProtocol.EXTENDED).text(name);
    }

    /** Puts the request on its way; {@code then} is called by {@link #receive()} when the reply is there. */
    void send(SftpRequest sealed, Consumer<SftpReply> then) {
        Waiting wait = new Waiting(sealed.deadlineNanos(deadlineNanos), then);
        waiting.put(sealed.id(), wait);
        oldestFirst.add(wait);
        unflushed++;
        if (wait.isPatient()) {
            patientWaits.incrementAndGet();
        }
        write(sealed);
    }

    /** Sends a request and waits for its reply; replies to others that come before it are dealt with as they come. */
    SftpReply call(SftpRequest sealed) {
        SftpReply[] answer = new SftpReply[1];
        send(sealed, reply -> answer[0] = reply);
        while (answer[0] == null) {
            receive();
        }
        return answer[0];
    }

    /** Returns how many replies are due. */
    int outstanding() {
        return waiting.size();
    }

    /** Waits until at least one reply is there, and deals with all that are; does nothing if none is due. */
    void receive() {
        if (waiting.isEmpty()) {
            return;
        }
        // What was flushed will be answered, so nothing is flushed before it is half of what is due: gathered requests
        // and gathered replies are what makes small files cheap.
        if (unflushed * 2 >= waiting.size()) {
            flush();
        }
        int flushed = waiting.size() - unflushed;
        int wanted = Math.max(1, flushed - waiting.size() / 2);
        ArrayDeque<SftpReply> replies = inbox.await(wanted, oldestDeadline());
        if (replies.isEmpty()) {
            throw lost("no answer within the time allowed", inbox.failure());
        }
        for (SftpReply reply = replies.poll(); reply != null; reply = replies.poll()) {
            dealWith(reply);
        }
    }

    /** Waits for all replies that are due, and for those to what is sent on account of them. */
    void receiveAll() {
        while (!waiting.isEmpty()) {
            receive();
        }
    }

    private void dealWith(SftpReply reply) {
        Waiting wait = waiting.remove(reply.id());
        if (wait == null) {
            throw lost("the server answered a request that was not made", null);
        }
        wait.answered = true;
        if (wait.isPatient()) {
            patientWaits.decrementAndGet();
        }
        while (!oldestFirst.isEmpty() && oldestFirst.peek().answered) {
            oldestFirst.remove();
        }
        try {
            wait.then.accept(reply);
        } catch (BufferUnderflowException e) {
            throw lost("the server sent a reply that makes no sense", e);
        }
    }

    private long oldestDeadline() {
        Waiting oldest = oldestFirst.peek();
        return oldest == null ? deadlineNanos : oldest.deadlineNanos;
    }

    private void write(SftpRequest packet) {
        packet.seal();
        sending.begin();
        try {
            out.write(packet.array(), 0, packet.length());
        } catch (IOException | RuntimeException e) {
            throw lost("sending failed", e);
        } finally {
            sending.end();
        }
    }

    private void flush() {
        sending.begin();
        try {
            out.flush();
            unflushed = 0;
        } catch (IOException | RuntimeException e) {
            throw lost("sending failed", e);
        } finally {
            sending.end();
        }
    }

    /** Returns whether sending has been blocked for too long while nothing came in either; asked by another thread. */
    boolean isStuck() {
        long since = sending.since();
        long now = System.nanoTime();
        long allowed = patientWaits.get() > 0 ? Math.max(deadlineNanos, FLUSH_DEADLINE.toNanos()) : deadlineNanos;
        return since != 0 && now - since > allowed && now - inbox.lastArrival() > allowed;
    }

    private FreshetException lost(String what, @Nullable Throwable cause) {
        abort.run();
        Throwable reason = cause == null ? inbox.failure() : cause;
        String detail = reason == null || reason.getMessage() == null ? "" : " (" + reason.getMessage() + ")";
        return new FreshetException(
                ErrorCode.CONNECTION_LOST,
                "target '" + target + "': the connection was lost: " + what + detail
                        + "; it is made anew at the next try",
                reason);
    }

    private void takeInReplies() {
        try {
            while (true) {
                int length = in.readInt();
                if (length < 1 || length > LARGEST_REPLY) {
                    throw new IOException("a reply of " + length + " bytes");
                }
                byte[] packet = new byte[length];
                in.readFully(packet);
                inbox.add(new SftpReply(packet));
            }
        } catch (EOFException e) {
            inbox.fail(new IOException("the server closed the connection", e));
        } catch (IOException | RuntimeException e) {
            inbox.fail(e);
        }
        abort.run();
        sending.interrupt();
    }

    @Override
    public void close() {
        inbox.fail(new IOException("the session was closed"));
    }

    private static final class Waiting {
        private final long deadlineNanos;
        private final Consumer<SftpReply> then;
        private boolean answered;

        private Waiting(long deadlineNanos, Consumer<SftpReply> then) {
            this.deadlineNanos = deadlineNanos;
            this.then = then;
        }

        private boolean isPatient() {
            return deadlineNanos >= FLUSH_DEADLINE.toNanos();
        }
    }

    /** Replies on their way from the reading thread to the session's. */
    private static final class Inbox {
        private ArrayDeque<SftpReply> replies = new ArrayDeque<>();
        private int wanted = Integer.MAX_VALUE;
        private @Nullable Throwable failure;
        private volatile long lastArrival = System.nanoTime();

        synchronized void add(SftpReply reply) {
            replies.add(reply);
            lastArrival = System.nanoTime();
            if (replies.size() >= wanted) {
                notifyAll();
            }
        }

        synchronized void fail(Throwable reason) {
            if (failure == null) {
                failure = reason;
            }
            notifyAll();
        }

        synchronized @Nullable Throwable failure() {
            return failure;
        }

        long lastArrival() {
            return lastArrival;
        }

        /**
         * Waits for {@code count} replies and takes all that are there; fewer when the connection failed, none when the
         * server has been silent for {@code silenceNanos}.
         */
        synchronized ArrayDeque<SftpReply> await(int count, long silenceNanos) {
            long start = System.nanoTime();
            wanted = count;
            try {
                while (replies.size() < count && failure == null) {
                    long silent = System.nanoTime() - Math.max(start, lastArrival);
                    long left = silenceNanos - silent;
                    if (left <= 0) {
                        break;
                    }
                    wait(Math.max(1, left / 1_000_000));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                failure = new IOException("the thread was interrupted", e);
            } finally {
                wanted = Integer.MAX_VALUE;
            }
            ArrayDeque<SftpReply> taken = replies;
            replies = new ArrayDeque<>();
            return taken;
        }
    }
}
