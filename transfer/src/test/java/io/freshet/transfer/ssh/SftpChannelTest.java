package io.freshet.transfer.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The channel against a server played by the test. */
@Timeout(30)
class SftpChannelTest {
    private static final Duration DEADLINE = Duration.ofMillis(200);

    private final AtomicBoolean cut = new AtomicBoolean();
    private final CountDownLatch release = new CountDownLatch(1);
    private final CountingOutput sent = new CountingOutput();
    private final PipedOutputStream serverSide = new PipedOutputStream();
    private final DataOutputStream server = new DataOutputStream(serverSide);
    private final SftpChannel channel;

    SftpChannelTest() throws IOException {
        channel = new SftpChannel("t", new PipedInputStream(serverSide, 1 << 16), sent, DEADLINE, () -> cut.set(true));
    }

    @Test
    void takesInTheServersExtensions() throws IOException {
        greet();

        assertThat(channel.offers(SftpProtocol.FSYNC)).isTrue();
        assertThat(channel.offers(SftpProtocol.LIMITS)).isFalse();
    }

    @Test
    void repliesReachWhoAskedInWhateverOrder() throws IOException {
        greet();
        List<String> heard = new ArrayList<>();
        SftpRequest first = channel.request(SftpProtocol.REMOVE).string(new byte[0]);
        int firstId = first.id();
        channel.send(first, reply -> heard.add("first " + reply.status().code()));
        SftpRequest second = channel.request(SftpProtocol.REMOVE).string(new byte[0]);
        int secondId = second.id();
        channel.send(second, reply -> heard.add("second " + reply.status().code()));

        status(secondId, 4);
        status(firstId, 0);
        while (channel.outstanding() > 0) {
            channel.receive();
        }

        assertThat(heard).containsExactly("second 4", "first 0");
    }

    @Test
    void manyRequestsAreFlushedOnce() throws IOException {
        greet();
        int before = sent.flushes.get();
        for (int i = 0; i < 100; i++) {
            SftpRequest request = channel.request(SftpProtocol.REMOVE).string(new byte[0]);
            status(request.id(), 0);
            channel.send(request, reply -> {});
        }
        assertThat(sent.flushes.get()).isEqualTo(before);
        while (channel.outstanding() > 0) {
            channel.receive();
        }

        assertThat(sent.flushes.get()).isEqualTo(before + 1);
    }

    @Test
    void silentServerIsLostAndTheConnectionCut() throws IOException {
        greet();

        assertThatThrownBy(
                        () -> channel.call(channel.request(SftpProtocol.LSTAT).string(new byte[0])))
                .satisfies(SftpChannelTest::isLost);
        assertThat(cut).isTrue();
    }

    @Test
    void serverThatDoesNotGreetIsLost() {
        assertThatThrownBy(channel::start).satisfies(SftpChannelTest::isLost);
    }

    @Test
    void closedConnectionEndsTheWaitAtOnce() throws IOException {
        greet();
        serverSide.close();

        assertThatThrownBy(() -> channel.call(
                        channel.request(SftpProtocol.FSTAT).string(new byte[0]).patient()))
                .satisfies(SftpChannelTest::isLost)
                .hasMessageContaining("closed");
    }

    @Test
    void nonsenseIsLoss() throws IOException {
        greet();
        status(4711, 0);
        assertThatThrownBy(
                        () -> channel.call(channel.request(SftpProtocol.LSTAT).string(new byte[0])))
                .satisfies(SftpChannelTest::isLost);
    }

    @Test
    void replyThatBreaksOffIsLoss() throws IOException {
        greet();
        SftpRequest request = channel.request(SftpProtocol.LSTAT).string(new byte[0]);
        server.writeInt(5);
        server.writeByte(SftpProtocol.ATTRIBUTES);
        server.writeInt(request.id());
        server.flush();
        channel.send(request, SftpReply::attributes);

        assertThatThrownBy(channel::receive).satisfies(SftpChannelTest::isLost);
    }

    @Test
    void blockedSendIsNoticedFromOutside() throws Exception {
        greet();
        Thread sender = blockSend();

        Awaitility.await().atMost(Duration.ofSeconds(10)).until(channel::isStuck);

        release.countDown();
        sender.join();
        assertThat(channel.isStuck()).isFalse();
    }

    @Test
    void sendThatIsBlockedBehindFlushIsGivenTime() throws Exception {
        greet();
        channel.send(channel.extended(SftpProtocol.FSYNC).string(new byte[0]).patient(), reply -> {});
        Thread sender = blockSend();

        Awaitility.await()
                .during(DEADLINE.multipliedBy(3))
                .atMost(Duration.ofSeconds(10))
                .until(() -> !channel.isStuck());

        release.countDown();
        sender.join();
    }

    /** The library waits for room on the server for minutes, and does not hear that the server has gone. */
    @Test
    void sendThatIsBlockedEndsWhenTheServerIsGone() throws Exception {
        greet();
        CountDownLatch blocked = new CountDownLatch(1);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicBoolean stillInterrupted = new AtomicBoolean();
        sent.beforeWrite = () -> {
            blocked.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException("waited for room", e);
            }
        };
        Thread sender = new Thread(() -> {
            try {
                channel.send(channel.request(SftpProtocol.LSTAT).string(new byte[0]), reply -> {});
            } catch (FreshetException e) {
                thrown.set(e);
            }
            stillInterrupted.set(Thread.currentThread().isInterrupted());
        });
        sender.start();
        blocked.await();

        serverSide.close();

        sender.join();
        assertThat(thrown.get()).satisfies(SftpChannelTest::isLost);
        assertThat(stillInterrupted).isFalse();
        assertThat(cut).isTrue();
    }

    private Thread blockSend() throws InterruptedException {
        CountDownLatch blocked = new CountDownLatch(1);
        sent.beforeWrite = () -> {
            blocked.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        Thread sender = new Thread(
                () -> channel.send(channel.request(SftpProtocol.LSTAT).string(new byte[0]), reply -> {}));
        sender.start();
        blocked.await();
        return sender;
    }

    @Test
    void requestsAreWrittenAsTheDraftSays() throws IOException {
        greet();
        sent.bytes.reset();
        SftpRequest request = channel.request(SftpProtocol.SETSTAT)
                .string("é\n".getBytes(StandardCharsets.ISO_8859_1))
                .modeAndTime(04755, 1_500_000_001_999_999_999L);
        int id = request.id();
        channel.send(request, reply -> {});

        DataInputStream in = new DataInputStream(new java.io.ByteArrayInputStream(sent.bytes.toByteArray()));
        assertThat(in.readInt()).isEqualTo(in.available());
        assertThat(in.readByte()).isEqualTo((byte) SftpProtocol.SETSTAT);
        assertThat(in.readInt()).isEqualTo(id);
        assertThat(in.readInt()).isEqualTo(2);
        assertThat(in.readNBytes(2)).containsExactly(0xe9, '\n');
        assertThat(in.readInt()).isEqualTo(SftpProtocol.HAS_MODE | SftpProtocol.HAS_TIMES);
        assertThat(in.readInt()).isEqualTo(04755);
        assertThat(in.readInt()).isEqualTo(1_500_000_001);
        assertThat(in.readInt()).isEqualTo(1_500_000_001);
        assertThat(in.available()).isZero();
    }

    @Test
    void timesOutsideTheProtocolAreClamped() {
        assertThat(SftpRequest.seconds(-1)).isZero();
        assertThat(SftpRequest.seconds(4_294_967_295L * 1_000_000_000L)).isEqualTo(-1);
        assertThat(SftpRequest.seconds(Long.MAX_VALUE)).isEqualTo(-1);
    }

    private void greet() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(body);
        out.writeByte(SftpProtocol.VERSION_REPLY);
        out.writeInt(SftpProtocol.VERSION);
        for (String word : List.of(SftpProtocol.FSYNC, "1")) {
            out.writeInt(word.length());
            out.writeBytes(word);
        }
        server.writeInt(body.size());
        server.write(body.toByteArray());
        server.flush();
        channel.start();
    }

    private void status(int id, int code) throws IOException {
        server.writeInt(9);
        server.writeByte(SftpProtocol.STATUS);
        server.writeInt(id);
        server.writeInt(code);
        server.flush();
    }

    private static void isLost(Throwable thrown) {
        assertThat(thrown)
                .isInstanceOfSatisfying(
                        FreshetException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONNECTION_LOST));
    }

    private static final class CountingOutput extends OutputStream {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final AtomicInteger flushes = new AtomicInteger();
        private volatile Runnable beforeWrite = () -> {};

        @Override
        public void write(int octet) {
            bytes.write(octet);
        }

        @Override
        public void write(byte[] buffer, int offset, int length) {
            beforeWrite.run();
            bytes.write(buffer, offset, length);
        }

        @Override
        public void flush() {
            flushes.incrementAndGet();
        }
    }
}
