package io.freshet.transfer.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.file.ContentHash;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StagedHashTest {
    private static final long MIB = 1 << 20;
    private static final ContentHash GROWN = new ContentHash("a".repeat(64));
    private static final ContentHash COMPLETE = new ContentHash("b".repeat(64));
    private static final byte[] REMOTE = "/staging/1".getBytes(StandardCharsets.US_ASCII);

    private final Shell shell = new Shell();

    @Test
    void onlyTheConfirmedBeginningIsToldOf() {
        StagedHash hash = new StagedHash(shell, REMOTE, 100 * MIB);
        Runnable first = hash.requested(10 * MIB, true);
        Runnable second = hash.requested(20 * MIB, false);
        Runnable third = hash.requested(30 * MIB, true);

        third.run();
        assertThat(shell.told).isEmpty();
        first.run();
        assertThat(shell.told).containsExactly(10 * MIB);
        second.run();
        assertThat(shell.told).containsExactly(10 * MIB, 30 * MIB);
        assertThat(hash.of(30 * MIB)).contains(GROWN);

        hash.close();
        assertThat(shell.closed).isOne();
    }

    @Test
    void whatIsOnlySentIsNotReadMeanwhile() {
        StagedHash hash = new StagedHash(shell, REMOTE, 100 * MIB);
        hash.requested(100 * MIB, false).run();
        assertThat(shell.begun).isZero();
    }

    @Test
    void aSmallFileIsHashedWhenItIsComplete() {
        StagedHash hash = new StagedHash(shell, REMOTE, 10 * MIB);
        hash.requested(10 * MIB, true).run();
        assertThat(shell.begun).isZero();
        assertThat(hash.of(10 * MIB)).contains(COMPLETE);
    }

    @Test
    void aFileThatNobodyReadsMeanwhileIsHashedWhenItIsComplete() {
        shell.busy = true;
        StagedHash hash = new StagedHash(shell, REMOTE, 100 * MIB);
        hash.requested(50 * MIB, true).run();
        assertThat(hash.of(50 * MIB)).contains(COMPLETE);
        hash.close();
    }

    /** The shell of a target on which hashing is all that works. */
    private static final class Shell implements RemoteShell {
        private final List<Long> told = new ArrayList<>();
        private boolean busy;
        private int begun;
        private int closed;

        @Override
        public Optional<Duration> start() {
            return Optional.of(Duration.ZERO);
        }

        @Override
        public List<Optional<ContentHash>> sha256(List<byte[]> paths, long bytes) {
            return Collections.nCopies(paths.size(), Optional.of(COMPLETE));
        }

        @Override
        public Optional<GrowingFile> hashAsItGrows(byte[] path) {
            if (busy) {
                return Optional.empty();
            }
            begun++;
            return Optional.of(new GrowingFile() {
                @Override
                public void reached(long position) {
                    told.add(position);
                }

                @Override
                public Optional<ContentHash> hash(long size) {
                    return Optional.of(GROWN);
                }

                @Override
                public void close() {
                    closed++;
                }
            });
        }

        @Override
        public boolean flush(byte[] directory) {
            return NONE.flush(directory);
        }

        @Override
        public Optional<List<Unpacked>> unpack(byte[] directory, Archive archive) {
            return NONE.unpack(directory, archive);
        }

        @Override
        public boolean has(Program program) {
            return NONE.has(program);
        }

        @Override
        public Optional<Map<String, Map<String, byte[]>>> extended(List<byte[]> paths) {
            return NONE.extended(paths);
        }

        @Override
        public void removeExtended(List<String> namesAndPaths) {
            NONE.removeExtended(namesAndPaths);
        }

        @Override
        public void setExtended(Map<String, Map<String, byte[]>> attributes) {
            NONE.setExtended(attributes);
        }

        @Override
        public void makeNodes(Map<String, Node> nodes) {
            NONE.makeNodes(nodes);
        }
    }
}
