package io.freshet.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.database.TestDatabase;
import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.path.RelativePath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class JournalIT {
    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh().interruptible();

    private Journal journal;
    private SourceId source;

    @BeforeEach
    void setUp() {
        journal = new Journal(database.dataSource());
        source = new Registry(database.dataSource()).registerSource("content", "/mnt/sync");
    }

    @Test
    void keepsNamesByteForByte() {
        List<RelativePath> names = List.of(
                RelativePath.of(new byte[] {(byte) 0xff, (byte) 0xfe}),
                RelativePath.parse("tab\there/new\nline"),
                RelativePath.parse("back\\\\slash/\\\\.\\\\N"),
                RelativePath.parse("carriage\rreturn"),
                RelativePath.parse("ünï/" + "n".repeat(255)),
                RelativePath.parse("\\\\x41"));
        journal.openWriter(source)
                .append(names.stream()
                        .map(name -> new Change(
                                name, ChangeKind.PATH, name, false, Detector.FANOTIFY, Duration.ofSeconds(3)))
                        .toList());
        List<RelativePath> read = database.jdbcClient()
                .sql("SELECT path FROM change ORDER BY seq")
                .query((row, number) -> RelativePath.parse(row.getString(1)))
                .list();
        assertThat(read).isEqualTo(names);
    }

    /** Rule 6: numbers are given in the transaction that writes the rows, and a writer that lost its epoch is refused. */
    @Test
    void aSupersededWriterIsRefused() {
        ChangeWriter first = journal.openWriter(source);
        first.append(List.of(change("a")));
        ChangeWriter second = journal.openWriter(source);
        assertThatThrownBy(() -> first.append(List.of(change("late"))))
                .isInstanceOfSatisfying(
                        FreshetException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LEASE_LOST));
        long head = second.append(List.of(change("b")));
        assertThat(journal.head(source)).isEqualTo(head);
        assertThat(database.jdbcClient()
                        .sql("SELECT path FROM change ORDER BY seq")
                        .query(String.class)
                        .list())
                .containsExactly("a", "b");
    }

    /** Rule 5: a standby that lagged knows less than it was told; its writer epoch is ours, for that was taken long before. */
    @Test
    void aWriterNoticesThatTheDatabaseWentBack() {
        ChangeWriter writer = journal.openWriter(source);
        long last = writer.append(List.of(change("a"), change("b")));
        database.jdbcClient().sql("UPDATE source SET head = head - 1").update();
        database.jdbcClient().sql("DELETE FROM change WHERE seq = " + last).update();

        assertThatThrownBy(() -> writer.append(List.of(change("c"))))
                .isInstanceOfSatisfying(
                        FreshetException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LEASE_LOST))
                .hasMessageContaining("knows less");
        assertThatThrownBy(() -> writer.observed(Duration.ZERO))
                .as("even if nothing changes any more")
                .isInstanceOfSatisfying(
                        FreshetException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LEASE_LOST));
        assertThat(journal.openWriter(source).append(List.of(change("c")))).isEqualTo(last);
    }

    /** Rule 5: what was given out in the time that the database does not know any more is not given out again. */
    @Test
    void epochsGoOnAfterTheDatabaseWentBack() {
        Leases leases = new Leases(database.dataSource());
        TargetId target =
                new Registry(database.dataSource()).registerTarget(source, "web1", "file:///srv", "continuous");
        journal.openWriter(source);
        long writerBefore = number("SELECT writer_epoch FROM source");
        long before = leases.acquire(target, "node", Duration.ofMinutes(1))
                .orElseThrow()
                .epoch();
        database.jdbcClient().sql("UPDATE lease SET epoch = 7").update();
        database.jdbcClient().sql("UPDATE source SET writer_epoch = 7").update();

        assertThat(leases.acquire(target, "node", Duration.ofMinutes(1))
                        .orElseThrow()
                        .epoch())
                .isGreaterThanOrEqualTo(before);
        journal.openWriter(source);
        assertThat(number("SELECT writer_epoch FROM source")).isGreaterThanOrEqualTo(writerBefore);
        long again = leases.acquire(target, "node", Duration.ofMinutes(1))
                .orElseThrow()
                .epoch();
        assertThat(leases.acquire(target, "node", Duration.ofMinutes(1))
                        .orElseThrow()
                        .epoch())
                .as("also within one second")
                .isGreaterThan(again);
    }

    private long number(String sql) {
        return database.jdbcClient().sql(sql).query(Long.class).single();
    }

    @Test
    void numbersAreDenseAndTheHeadIsTheLast() {
        ChangeWriter writer = journal.openWriter(source);
        long before = writer.head();
        List<Change> many = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            many.add(change("d/f" + i));
        }
        assertThat(writer.append(many)).isEqualTo(before + 10_000);
        assertThat(database.jdbcClient()
                        .sql("SELECT max(seq) - min(seq) + 1 = count(*) FROM change")
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    @Test
    void anAbsentDatabaseIsSaidAndNothingIsLostOrDoubled() {
        ChangeWriter writer = journal.openWriter(source);
        writer.append(List.of(change("a")));
        database.interrupt();
        assertThatThrownBy(() -> writer.append(List.of(change("b"))))
                .isInstanceOfSatisfying(
                        FreshetException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATABASE_UNAVAILABLE));
        database.restore();
        writer.append(List.of(change("b")));
        assertThat(database.jdbcClient()
                        .sql("SELECT path FROM change ORDER BY seq")
                        .query(String.class)
                        .list())
                .containsExactly("a", "b");
    }

    /** Rule 38: a transaction that PostgreSQL ends, so that others can go on, is done again as a whole. */
    @Test
    void whatADeadlockEndedIsDoneAgainAndNobodyIsTold() {
        ChangeWriter writer = journal.openWriter(source);
        long before = writer.head();
        endTransactions(2);
        assertThat(writer.append(List.of(change("a"), change("b")))).isEqualTo(before + 2);
        assertThat(database.jdbcClient()
                        .sql("SELECT path FROM change ORDER BY seq")
                        .query(String.class)
                        .list())
                .containsExactly("a", "b");
    }

    @Test
    void aDatabaseThatEndsEveryTransactionIsNotSaidToBeSilent() {
        ChangeWriter writer = journal.openWriter(source);
        endTransactions(1_000);
        assertThatThrownBy(() -> writer.append(List.of(change("a"))))
                .isInstanceOfSatisfying(
                        FreshetException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATABASE_UNAVAILABLE))
                .hasMessageContaining("in the way of others")
                .hasMessageNotContaining("does not answer");
    }

    /** The first so many transactions that give out numbers meet a deadlock. */
    private void endTransactions(int times) {
        database.jdbcClient().sql("CREATE SEQUENCE begun").update();
        database.jdbcClient().sql("""
                CREATE FUNCTION end_some() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF nextval('begun') <= %d THEN
                        RAISE EXCEPTION 'in the way of others' USING ERRCODE = 'deadlock_detected';
                    END IF;
                    RETURN new;
                END $$
                """.formatted(times)).update();
        database.jdbcClient()
                .sql("CREATE TRIGGER end_some BEFORE UPDATE OF head ON source FOR EACH ROW EXECUTE FUNCTION end_some()")
                .update();
    }

    /** Rule 36: what cannot be held is told apart, so that it can be left out. */
    @Test
    void aRowThatCannotBeHeldIsToldApartFromADatabaseThatIsAway() {
        ChangeWriter writer = journal.openWriter(source);
        database.jdbcClient()
                .sql("ALTER TABLE change ADD CHECK (path <> 'bad')")
                .update();
        assertThatThrownBy(() -> writer.append(List.of(change("a"), change("bad"))))
                .isInstanceOfSatisfying(
                        FreshetException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATABASE_REFUSED));
        writer.append(List.of(change("a")));
        assertThat(database.jdbcClient()
                        .sql("SELECT path FROM change")
                        .query(String.class)
                        .list())
                .containsExactly("a");
    }

    private static Change change(String path) {
        return new Change(RelativePath.parse(path), ChangeKind.PATH, null, false, Detector.FANOTIFY, Duration.ZERO);
    }
}
