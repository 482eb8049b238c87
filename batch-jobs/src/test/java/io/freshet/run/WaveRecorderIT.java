package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.freshet.database.Migrations;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Waves that are written into the journal beside the next one: on a real OpenSSH target and a real database. */
class WaveRecorderIT extends OneTarget {
    /** Of five such directories three are as much as one wave takes. */
    private static final int MANY = 1500;

    private static final List<String> DIRECTORIES = List.of("a", "b", "c", "d", "e");

    @BeforeEach
    void deliverTheFirst() throws IOException {
        start();
        write("first", "x");
        replication.changed("first");
        replication.awaitEqual(replica);
    }

    @Test
    void theNextWaveIsSentWhileTheLastIsWritten() throws Exception {
        try (Connection writing = writingWaits()) {
            deliverDirectories();
            awaitTheSecondWave();
            assertThat(count("SELECT count(*) FROM v_delivery WHERE path LIKE '_/%'"))
                    .isZero();
            writing.rollback();
            replication.awaitEqual(replica);
        }
        everythingIsWritten();
    }

    @Test
    void whatCouldNotBeWrittenBesideIsLookedAtAndWritten() throws Exception {
        try (Connection writing = writingWaits()) {
            deliverDirectories();
            awaitTheSecondWave();
            assertThat(
                            count(
                                    "SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                            + " WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%manifest_dir%') t"))
                    .isEqualTo(1);
            writing.rollback();
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() ->
                            assertThat(count("SELECT count(*) FROM work_item")).isZero());
        }
        replication.awaitEqual(replica);
        everythingIsWritten();
    }

    /** Reading and intending go on; what a wave did cannot be written. */
    private Connection writingWaits() throws SQLException {
        Connection connection = database.dataSource().getConnection();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("LOCK TABLE " + Migrations.SCHEMA + ".manifest_dir IN SHARE MODE");
        }
        return connection;
    }

    private void deliverDirectories() throws IOException {
        for (String name : DIRECTORIES) {
            for (int i = 0; i < MANY; i++) {
                write(name + "/file" + i, name + " " + i);
            }
        }
        replication.changedTree(DIRECTORIES.toArray(String[]::new));
    }

    private void awaitTheSecondWave() {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            for (String name : DIRECTORIES) {
                assertThat(replica.resolve(name + "/file" + (MANY - 1))).exists();
            }
        });
    }

    private void everythingIsWritten() {
        assertThat(count("SELECT count(*) FROM intent")).isZero();
        assertThat(count("SELECT count(*) FROM manifest WHERE type = 'f' AND content_hash IS NOT NULL"))
                .isEqualTo(DIRECTORIES.size() * MANY + 1);
    }
}
