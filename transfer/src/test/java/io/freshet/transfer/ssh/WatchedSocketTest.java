package io.freshet.transfer.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The socket against an other end that does not read. */
@Timeout(30)
class WatchedSocketTest {
    private static final Duration LONGEST = Duration.ofMillis(200);

    @Test
    void tellsWhenNothingIsTakenInAnyMore() throws Exception {
        WatchedSocket socket = new WatchedSocket();
        Thread writer = new Thread(() -> writeUntilItFails(socket));
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                socket) {
            socket.connect(listener.getLocalSocketAddress());
            socket.getOutputStream().write(new byte[1000], 0, 1000);
            assertThat(socket.isBlocked(Duration.ZERO)).isFalse();
            writer.start();

            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> socket.isBlocked(LONGEST));
        }
        writer.join();
        assertThat(socket.isBlocked(Duration.ZERO)).isFalse();
    }

    private static void writeUntilItFails(WatchedSocket socket) {
        try {
            OutputStream out = socket.getOutputStream();
            while (!socket.isClosed()) {
                out.write(new byte[1 << 20], 0, 1 << 20);
            }
        } catch (IOException e) {
            assertThat(socket.isClosed()).isTrue();
        }
    }
}
