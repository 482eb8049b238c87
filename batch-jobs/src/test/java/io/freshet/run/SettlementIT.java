package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Rule 25: what was done on the target and not acknowledged is found, and never forgotten. */
class SettlementIT extends OneTarget {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void aFileThatWasPublishedBeforeAKillGoesWithItsSource() throws IOException {
        write("other", "1");
        start();
        replication.awaitEqual(replica);
        replication.stop();
        Files.writeString(replica.resolve("ghost"), "published, and then the process was killed");
        Files.createDirectory(replica.resolve("ghosts"));
        intended("PUT", "ghost", "f");
        intended("PUT", "ghosts", "d");
        replication.start();
        replication.changed("ghost", "ghosts");
        replication.awaitEqual(replica);
        assertThat(count("SELECT count(*) FROM intent")).isZero();
    }

    /** The old content is back with its old size and time, and its hash is what the manifest has. */
    @Test
    void aFileThatWasReplacedBeforeAKillIsNotTakenForWhatItWas() throws IOException {
        write("file", "old content");
        start();
        replication.awaitEqual(replica);
        replication.stop();
        Files.writeString(replica.resolve("file"), "new content");
        intended("PUT", "file", "f");
        Files.move(source.resolve("file"), source.resolve("aside"));
        Files.move(source.resolve("aside"), source.resolve("file"));
        replication.start();
        replication.changed("file");
        replication.awaitEqual(replica);
    }

    @Test
    void aDirectoryThatWasHalfRemovedBeforeAKillIsWholeAgainIfItsSourceIsBack() throws IOException {
        write("dir/a", "1");
        write("dir/sub/b", "2");
        write("dir/c", "3");
        start();
        replication.awaitEqual(replica);
        replication.stop();
        deleteTree(replica.resolve("dir/sub"));
        Files.delete(replica.resolve("dir/c"));
        intended("REMOVE", "dir", null);
        replication.start();
        replication.changed("dir");
        replication.awaitEqual(replica);
    }

    @Test
    void aFileThatWasPublishedBeforeTheConnectionBrokeGoesWithItsSource() throws IOException {
        start(withBandwidth(1 << 20));
        write("other", "1");
        replication.changed("other");
        replication.awaitEqual(replica);
        write("a", "small");
        // Too large for a stream of small files: "a" is published long before the last of them.
        String[] paths = new String[6];
        paths[0] = "a";
        for (int i = 1; i < paths.length; i++) {
            paths[i] = "z" + i;
            Files.write(source.resolve(paths[i]), new byte[2 << 20]);
        }
        replication.changed(paths);
        await().atMost(PATIENCE).until(() -> Files.exists(replica.resolve("a")));
        server.stop();
        for (String path : paths) {
            Files.delete(source.resolve(path));
        }
        replication.changed(paths);
        assertThat(count("SELECT count(*) FROM v_delivery WHERE path = 'a'")).isZero();
        server.start();
        replication.awaitEqual(replica);
        assertThat(count("SELECT count(*) FROM intent")).isZero();
    }

    private void intended(String operation, String path, String type) {
        replication
                .jdbc()
                .sql("""
                        INSERT INTO intent (target_id, path, operation, type, size, mtime_nanos, run_number, epoch)
                        SELECT target_id, :path, :operation, :type::"char", 0, 0, 1, 1 FROM target
                        """)
                .param("path", path)
                .param("operation", operation)
                .param("type", type)
                .update();
    }
}
