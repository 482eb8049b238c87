package io.freshet.transfer.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.failure.ErrorCode;
import io.freshet.target.Monitor;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import io.freshet.target.TargetAddress;
import io.freshet.target.TargetSession;
import io.freshet.transfer.MemoryDirectory;
import io.freshet.transfer.PathHistory;
import io.freshet.transfer.RandomChanges;
import io.freshet.transfer.TreeStates;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * OpenSSH's SFTP server, killed right before and right after every single rename of a delivery, to the packet: it is spoken
 * to over its standard streams, for the encryption of a connection would hide where it is.
 */
class KilledServerIT {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final int CHANGES = 25;
    private static final int LARGEST = 100_000;

    @TempDir(factory = MemoryDirectory.class)
    static Path directory;

    private enum Moment {
        /** The server does not get to read the request. */
        BEFORE,
        /** The server has renamed, and its answer is lost. */
        AFTER
    }

    @BeforeAll
    static void makeLogin() throws IOException {
        Files.writeString(directory.resolve("not-used"), "");
    }

    @Test
    void everyPathIsOldOrNewHoweverCloseToRename() throws Exception {
        long seed = Long.getLong("freshet.seed", System.nanoTime());
        System.out.printf("-Dfreshet.seed=%d%n", seed);
        int renames = killAt(seed, 0, Moment.BEFORE);
        assertThat(renames).isGreaterThan(10);
        for (int rename = 1; rename <= renames; rename++) {
            for (Moment moment : Moment.values()) {
                try {
                    killAt(seed, rename, moment);
                } catch (AssertionError e) {
                    throw new AssertionError(
                            "seed " + seed + ", killed " + moment + " rename " + rename + ": " + e.getMessage(), e);
                }
            }
        }
    }

    /** Delivers once and returns how many renames that took; kills the server at one of them, or at none. */
    private static int killAt(long seed, int rename, Moment moment) throws Exception {
        Path root = Files.createTempDirectory(directory, "root");
        RandomChanges changes = RandomChanges.make(seed, root, CHANGES, LARGEST);
        Server server = new Server(rename, moment);
        List<Result> results;
        try (TargetSession session = server.session(root)) {
            session.enterGate(1, "first");
            server.renames = 0;
            results = session.apply(changes.operations(), Monitor.NONE);
        }
        assertThat(PathHistory.failures(results).isEmpty()).isEqualTo(rename == 0);
        PathHistory.Findings findings =
                changes.history().judge(results, TreeStates.below(root), ErrorCode.CONNECTION_LOST);
        assertThat(findings.wrong()).isEmpty();
        List<Operation> missing = PathHistory.remainder(changes.operations(), findings.inEffect());
        try (TargetSession fresh = new Server(0, moment).session(root)) {
            fresh.enterGate(2, "second");
            fresh.sweepStaging(Set.of());
            assertThat(PathHistory.failures(fresh.apply(missing, Monitor.NONE))).isEmpty();
        }
        assertThat(TreeStates.below(root)).isEqualTo(changes.finalStates());
        return server.renames;
    }

    /** One SFTP server process, with an ear on what it is asked and what it answers. */
    private static final class Server {
        private final int deadly;
        private final Moment moment;
        private final Process process;
        private int renames;
        private volatile int lastRequest = -1;

        private Server(int deadly, Moment moment) throws IOException {
            this.deadly = deadly;
            this.moment = moment;
            process = new ProcessBuilder(OpenSshServer.sftpProgram().toString(), "-u", "022")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        }

        private TargetSession session(Path root) {
            SftpChannel channel = new SftpChannel(
                    "t",
                    new Answers(process.getInputStream()),
                    new Requests(process.getOutputStream()),
                    DEADLINE,
                    () -> process.destroyForcibly());
            channel.start();
            String login = directory.resolve("not-used").toString();
            TargetAddress address = new TargetAddress(
                    "t",
                    URI.create("sftp://nobody@localhost" + root),
                    Map.of("known-hosts", login, "identity-file", login, "allow-root", "true"));
            return new SftpTargetSession(
                    SshSettings.of(address, LocalUser.current()), channel, RemoteShell.NONE, this::kill);
        }

        private void kill() {
            process.destroyForcibly().onExit().join();
        }

        /** The channel writes a packet at a time. */
        private final class Requests extends FilterOutputStream {
            private Requests(OutputStream out) {
                super(out);
            }

            @Override
            public void write(byte[] buffer, int offset, int length) throws IOException {
                ByteBuffer packet = ByteBuffer.wrap(buffer, offset + 4, length - 4);
                if (packet.get() == (byte) SftpProtocol.EXTENDED) {
                    int id = packet.getInt();
                    byte[] name = new byte[packet.getInt()];
                    packet.get(name);
                    if (new String(name, StandardCharsets.US_ASCII).equals(SftpProtocol.POSIX_RENAME)) {
                        renames++;
                        if (renames == deadly && moment == Moment.BEFORE) {
                            out.flush();
                            kill();
                        } else if (renames == deadly) {
                            lastRequest = id;
                        }
                    }
                }
                out.write(buffer, offset, length);
            }
        }

        private final class Answers extends InputStream {
            private final DataInputStream in;
            private InputStream packet = InputStream.nullInputStream();

            private Answers(InputStream in) {
                this.in = new DataInputStream(in);
            }

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                if (packet.available() == 0 && !readPacket()) {
                    return -1;
                }
                return packet.read(buffer, offset, length);
            }

            private boolean readPacket() throws IOException {
                ByteBuffer whole;
                try {
                    byte[] body = new byte[in.readInt()];
                    in.readFully(body);
                    whole = ByteBuffer.allocate(4 + body.length)
                            .putInt(body.length)
                            .put(body);
                } catch (EOFException e) {
                    return false;
                }
                if (whole.capacity() >= 9 && whole.getInt(5) == lastRequest) {
                    kill();
                    return false;
                }
                packet = new ByteArrayInputStream(whole.array());
                return true;
            }
        }
    }
}
