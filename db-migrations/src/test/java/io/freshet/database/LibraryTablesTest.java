package io.freshet.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The scripts that Spring Batch and Quartz bring, as the migrations that run them know them. */
class LibraryTablesTest {
    private static final String ADVICE =
            "The library's upgrade changed its tables. A new migration must bring databases"
                    + " that exist to the same state; then write the new hash here.";

    @Test
    void springBatchsScriptIsTheOneThatExistingDatabasesWereMadeWith() throws Exception {
        assertThat(sha256(LibraryTables.ofSpringBatch().script()))
                .as(ADVICE)
                .isEqualTo("f2ac75cae966e4eb1cd97ee6b11f130495b7109153754a7983befb87614d6e38");
    }

    @Test
    void quartzsScriptIsTheOneThatExistingDatabasesWereMadeWith() throws Exception {
        assertThat(sha256(LibraryTables.ofQuartz().script()))
                .as(ADVICE)
                .isEqualTo("60d22e05e00203702f18f835916c75270aeb6828e7051bb81dd87ebd7bf6a943");
    }

    @Test
    void whatIsRunDropsNothingAndEndsNoTransaction() {
        String whole = LibraryTables.ofQuartz().script();
        String run = LibraryTables.creatingPart(whole);
        assertThat(statements(whole) - statements(run))
                .as("11 tables to drop, and a commit")
                .isEqualTo(12);
        assertThat(run.toLowerCase(Locale.ROOT)).doesNotContain("drop ").doesNotContain("commit");
        assertThat(run.split("CREATE TABLE ", -1)).hasSize(12);
    }

    @Test
    void nothingIsLeftOutOfSpringBatchs() {
        String whole = LibraryTables.ofSpringBatch().script();
        assertThat(LibraryTables.creatingPart(whole))
                .isEqualTo(String.join("\n", whole.lines().toList()));
    }

    private static long statements(String script) {
        return script.lines().filter(line -> line.strip().endsWith(";")).count();
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
