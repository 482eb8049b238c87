package io.freshet.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.database.TestDatabase;
import io.freshet.failure.ErrorCode;
import io.freshet.file.ContentHash;
import io.freshet.file.ExtendedAttributes;
import io.freshet.file.FileIdentity;
import io.freshet.file.FileState;
import io.freshet.file.FileType;
import io.freshet.path.RelativePath;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DeliveriesIT {
    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    private Target target;
    private long run;

    @BeforeEach
    void setUp() {
        target = new Target(database);
        run = target.openRun();
    }

    @Test
    void aRenamedDirectoryKeepsItsEntriesUnderTheirNewNames() {
        put(Target.directory("a"), Target.directory("a/b"), Target.entry("a/b/f"), Target.entry("a-b"));
        WaveRecord wave = new WaveRecord();
        wave.move(RelativePath.parse("a"), Target.directory("c/d"));
        record(wave);
        assertThat(paths()).containsExactly("a-b", "c/d", "c/d/b", "c/d/b/f");
        assertThat(target.manifest.below(target.id, RelativePath.parse("c/d")))
                .extracting(entry -> entry.path().toString())
                .containsExactly("c/d/b/f", "c/d/b");
    }

    /** Rows of a directory that is new are written in another way than those of one that is known. */
    @Test
    void whatIsPutIsFoundWhetherItsDirectoryIsNewOrKnown() {
        byte[] odd = {'\t', '\n', '\\', 'N', (byte) 0xff, '\r', '"', '{', ','};
        RelativePath directory = RelativePath.ROOT.child(odd);
        ExtendedAttributes extended = ExtendedAttributes.of(
                new ExtendedAttributes.Selection(true, false), Map.of("user.a", new byte[] {0, '\t', '\\'}));
        FileState file =
                new FileState(FileType.FILE, 5, -1, 2, 04751, 12, -3, 1, new FileIdentity(-1, 2, 3), null, 0, extended);
        FileState link =
                new FileState(FileType.SYMLINK, 5, 1, 2, 0777, 0, 0, 1, new FileIdentity(1, 3, 3), "\t\n\\\\N\\xff");
        FileState node = new FileState(
                FileType.BLOCK_DEVICE,
                0,
                1,
                2,
                0600,
                0,
                0,
                1,
                new FileIdentity(1, 4, 3),
                null,
                8L << 32 | 1,
                ExtendedAttributes.NOT_ASKED);
        List<ManifestEntry> entries = List.of(
                Target.directory(directory.toString()),
                new ManifestEntry(
                        directory.child(odd), file, new ContentHash("0a5c".repeat(16)), Evidence.VERIFIED, true),
                new ManifestEntry(directory.child(new byte[] {'l'}), link, null, Evidence.ADOPTED, true),
                new ManifestEntry(directory.child(new byte[] {'n'}), node, null, Evidence.SENT, false));
        for (String when : List.of("new", "known")) {
            put(entries.toArray(ManifestEntry[]::new));
            assertThat(target.manifest
                            .find(
                                    target.id,
                                    entries.stream().map(ManifestEntry::path).toList())
                            .values())
                    .as(when)
                    .containsExactlyInAnyOrderElementsOf(entries);
            assertThat(new TargetStates(target.dataSource).get(target.id).manifestRows())
                    .as(when)
                    .isEqualTo(4);
        }
    }

    @Test
    void theNumberOfEntriesIsKept() {
        put(Target.directory("a"), Target.entry("a/1"), Target.entry("a/2"));
        put(Target.entry("a/2"), Target.entry("a/3"));
        WaveRecord wave = new WaveRecord();
        wave.remove(RelativePath.parse("a/1"));
        record(wave);
        assertThat(new TargetStates(target.dataSource).get(target.id).manifestRows())
                .isEqualTo(3);
        assertThat(target.deliveries.vanishedInLastDay(target.id)).isEqualTo(1);
        assertThat(target.manifest.count(target.id, List.of(RelativePath.parse("a"))))
                .containsEntry(RelativePath.parse("a"), 3L);
    }

    /** Rule 36: a path may be longer than PATH_MAX and longer than any btree key. */
    @Test
    void takesPathsOfAnyLength() {
        List<ManifestEntry> entries = new ArrayList<>();
        RelativePath at = RelativePath.ROOT;
        for (int depth = 0; depth < 40; depth++) {
            byte[] name = new byte[255];
            for (int i = 0; i < name.length; i++) {
                name[i] = (byte) (0x80 + (depth * 31 + i * 7) % 127);
            }
            at = at.child(name);
            entries.add(Target.directory(at.toString()));
        }
        put(entries.toArray(ManifestEntry[]::new));
        target.changed(at.toString());
        target.plan();
        assertThat(target.readyItem(at.toString()).path()).isEqualTo(at);
        assertThat(target.manifest.below(target.id, entries.get(0).path())).hasSize(39);
    }

    @Test
    void whatWasIntendedIsFoundAfterACrash() {
        Intent rename = Intent.rename(
                RelativePath.parse("old"),
                RelativePath.parse("new"),
                Target.entry("new").state());
        Intent removal = Intent.remove(RelativePath.parse("gone"));
        target.deliveries.intend(target.lease, run, List.of(rename, removal));
        assertThat(target.deliveries.openIntents(target.id)).containsExactly(removal, rename);
        WaveRecord wave = new WaveRecord();
        wave.settleIntents(List.of(RelativePath.parse("new")));
        record(wave);
        assertThat(target.deliveries.openIntents(target.id)).containsExactly(removal);
    }

    @Test
    void endingsAreCountedForEver() {
        target.changed("a", "b", "c");
        target.plan();
        for (int again = 0; again < 2; again++) {
            WaveRecord wave = new WaveRecord();
            wave.deliver(ending("a", Outcome.TRANSFERRED, 100, null));
            wave.deliver(ending("b", Outcome.TRANSFERRED, 20, null));
            wave.deliver(ending("c", Outcome.FAILED, 0, ErrorCode.PERMISSION_DENIED));
            record(wave);
        }
        record(new WaveRecord());
        Readings readings = new Readings(database.jdbcClient());
        assertThat(readings.totals())
                .containsOnlyKeys("student2")
                .extractingByKey("student2", InstanceOfAssertFactories.list(Readings.Total.class))
                .containsExactlyInAnyOrder(
                        new Readings.Total(Lane.EXPRESS, Outcome.TRANSFERRED, "", 4, 240),
                        new Readings.Total(Lane.EXPRESS, Outcome.FAILED, "PERMISSION_DENIED", 2, 0));
        assertThat(readings.leases().get("student2").live()).isTrue();
    }

    private Delivery ending(String path, Outcome outcome, long bytes, ErrorCode code) {
        return new Delivery(target.readyItem(path), RelativePath.parse(path), outcome, null, bytes, null, null, code);
    }

    @Test
    void theDocumentedViewTellsWhenAPathReachedATargetAndInWhichRun() {
        target.changed("report.pdf");
        target.plan();
        Instant before = Instant.now().minusSeconds(1);
        target.deliver(run, target.readyItem("report.pdf"));
        assertThat(database.jdbcClient()
                        .sql("""
                                SELECT target || ' ' || run || ' ' || outcome FROM v_delivery
                                WHERE source = 'content' AND path = 'report.pdf' AND delivered_at > :before::timestamptz
                                """)
                        .param("before", before.toString())
                        .query(String.class)
                        .list())
                .containsExactly("student2 " + run + " TRANSFERRED");
        assertThat(database.jdbcClient()
                        .sql("SELECT target || ' ' || run FROM v_path_status WHERE path = 'report.pdf'")
                        .query(String.class)
                        .list())
                .containsExactly("student2 " + run);
    }

    @Test
    void aRunThatGoesOnIsUnderThePolicyAsItIsThen() {
        target.runs.ended(target.lease, run, RunState.FAILED, ErrorCode.TARGET_FAILURE, "away");
        target.runs.restarted(target.lease, run, new Runs.PolicyUsed("nights", 7));
        assertThat(target.jdbc
                        .sql("SELECT policy || ' ' || policy_version FROM run")
                        .query(String.class)
                        .list())
                .containsExactly("nights 7");
    }

    private void put(ManifestEntry... entries) {
        WaveRecord wave = new WaveRecord();
        List.of(entries).forEach(wave::put);
        record(wave);
    }

    private void record(WaveRecord wave) {
        target.deliveries.record(target.lease, run, wave);
    }

    private List<String> paths() {
        return database.jdbcClient()
                .sql("SELECT path FROM v_path_status ORDER BY path")
                .query(String.class)
                .list();
    }
}
