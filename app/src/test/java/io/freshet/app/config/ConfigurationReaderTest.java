package io.freshet.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.filter.FilterRules;
import io.freshet.filter.RuleOrigin;
import io.freshet.path.RelativePath;
import io.freshet.policy.Approvals;
import io.freshet.policy.Cron;
import io.freshet.policy.DeletionLimit;
import io.freshet.policy.Drift;
import io.freshet.policy.Extras;
import io.freshet.policy.Misfire;
import io.freshet.policy.Policy;
import io.freshet.policy.Retention;
import io.freshet.policy.Retry;
import io.freshet.policy.Space;
import io.freshet.policy.Unstable;
import io.freshet.policy.Verify;
import io.freshet.policy.Window;
import io.freshet.run.SourceDefinition;
import io.freshet.run.TargetDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.Period;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationReaderTest {
    private static final String SHORTEST = """
            data-dir: data
            sources:
              - name: content
                path: source
                targets:
                  - name: copy
                    url: file:///srv/copy
            """;

    /** Every key that there is, none at its default. */
    private static final String FULL = """
            data-dir: /var/lib/freshet-of-test
            database:
              url: jdbc:postgresql://db.example/freshet
              username: freshet
              password-file: password
            web:
              listen: "[::1]:9090"
              metrics-token-file: metrics-token
            lease: 1m
            log:
              format: json
            sources:
              - name: content
                path: source
                filter: ["- /private/", "+ *"]
                include: "*.keep"
                exclude: ["*.tmp", "$RECYCLE"]
                exclude-from: [excludes]
                rescan-every: 90m
                bandwidth: 50MB/s
                targets:
                  - name: web1
                    url: sftp://app@web1:2222/srv/www
                    identity-file: id
                    passphrase-file: passphrase
                    known-hosts: known_hosts
                    policy: nights
                    allow-root: true
                    xattrs: true
                    sparse: false
                  - name: web2
                    url: ssh://app@web2/srv/www
                    identity-file: id
                    certificate-file: id-cert.pub
                    passphrase-env: PATH
                    jump: me@bastion:2222,me@inner
                    ssh-config: aliases
                    acls: true
                    sparse: true
                    devices: true
                    known-hosts: known_hosts
            policies:
              - name: nights
                windows:
                  - {days: [mon-tue, sun], from: 22:00, to: "06:30", bandwidth: unlimited}
                time-zone: Europe/Berlin
                bandwidth: 200MB/s
                max-deletes: {count: 5000, percent: 10}
                settle: 250ms
                settle-max: 1m
                verify: full
                unstable: wait
                linger: 1.5s
                extras: delete
                drift: hold
                max-deletes-per-run: {count: 100, percent: 5}
                max-changes: {count: 2000, percent: 2.5}
                parallelism: 4
                retry: {first: 1s, longest: 5m}
                four-eyes: true
                approvals-expire: 2h
              - name: mornings
                cron: "30 2 * * mon-fri"
                misfire: skip
                time-zone: Europe/Berlin
            keep: {deliveries: 2 years, runs: 52 weeks, changes: 0d, actions: 1 Year, batch-metadata: 1 month,
                   queue: 1000000, min-free-db: 12.5 %, db-disk: /}
            """;

    @TempDir
    private Path directory;

    private ConfigurationFolder folder;

    @BeforeEach
    void makeFolder() {
        folder = new ConfigurationFolder(directory);
    }

    @Test
    void everyDefaultIsAsDocumented() {
        FreshetConfiguration configuration = ConfigurationReader.read(folder.file(SHORTEST));

        assertThat(configuration.dataDirectory()).isEqualTo(directory.resolve("data"));
        assertThat(configuration.database()).isEqualTo(new Database.Embedded());
        assertThat(configuration.listen()).isEqualTo(new ListenAddress("127.0.0.1", 8080));
        assertThat(configuration.metricsTokenFile()).isNull();
        assertThat(configuration.logFormat()).isEqualTo(LogFormat.TEXT);
        assertThat(configuration.lease()).isEqualTo(Duration.ofSeconds(15));
        assertThat(configuration.policies()).isEmpty();
        assertThat(configuration.keep())
                .isEqualTo(new Retention(
                        Period.ofMonths(13),
                        Period.ofDays(400),
                        Period.ofDays(30),
                        Period.ofYears(3),
                        Period.ofDays(7)));
        assertThat(configuration.space())
                .isEqualTo(new Space(
                        200_000,
                        new Space.MinFree(5, 2_000_000_000L),
                        directory.resolve("data/postgresql"),
                        OptionalLong.empty()));
        SourceDefinition source = configuration.sources().get(0);
        assertThat(source.filter()).isEqualTo(FilterRules.NONE);
        TargetDefinition target = source.targets().get(0);
        assertThat(target.address().options()).isEmpty();
        assertThat(target.policy())
                .isEqualTo(new Policy(
                        "continuous",
                        List.of(),
                        ZoneId.of("UTC"),
                        OptionalLong.empty(),
                        new DeletionLimit(1000, 50),
                        Duration.ofMillis(100),
                        Duration.ofSeconds(5),
                        Verify.IN_FLIGHT,
                        Unstable.PUBLISH,
                        Duration.ofSeconds(2),
                        Extras.HOLD));
    }

    @Test
    void everyKeyIsRead() {
        FreshetConfiguration configuration = ConfigurationReader.read(folder.file(FULL));

        assertThat(configuration.dataDirectory()).isEqualTo(Path.of("/var/lib/freshet-of-test"));
        assertThat(configuration.database())
                .isEqualTo(new Database.External(
                        "jdbc:postgresql://db.example/freshet", "freshet", directory.resolve("password")));
        assertThat(configuration.listen())
                .isEqualTo(new ListenAddress("::1", 9090))
                .hasToString("[::1]:9090");
        assertThat(configuration.metricsTokenFile()).isEqualTo(directory.resolve("metrics-token"));
        assertThat(configuration.logFormat()).isEqualTo(LogFormat.JSON);
        assertThat(configuration.lease()).isEqualTo(Duration.ofMinutes(1));
        assertThat(configuration.sources()).hasSize(1);
        SourceDefinition source = configuration.sources().get(0);
        assertThat(source.name()).isEqualTo("content");
        assertThat(source.path()).isEqualTo(directory.resolve("source"));
        assertThat(source.filter())
                .isEqualTo(rules("- /private/", "+ *", "+ *.keep", "- *.tmp", "- $RECYCLE", "- *.bak"));
        assertThat(source.rescanEvery()).isEqualTo(Duration.ofMinutes(90));
        assertThat(source.bytesPerSecond()).hasValue(50_000_000);
        assertThat(source.targets()).hasSize(2);
        TargetDefinition target = source.targets().get(0);
        assertThat(target.name()).isEqualTo("web1");
        assertThat(target.address().url()).hasToString("sftp://app@web1:2222/srv/www");
        assertThat(target.address().options())
                .containsOnly(
                        Map.entry("xattrs", "true"),
                        Map.entry("allow-root", "true"),
                        Map.entry("identity-file", directory.resolve("id").toString()),
                        Map.entry(
                                "passphrase-file",
                                directory.resolve("passphrase").toString()),
                        Map.entry(
                                "known-hosts", directory.resolve("known_hosts").toString()));
        assertThat(source.targets().get(1).address().options())
                .containsEntry(
                        "certificate-file", directory.resolve("id-cert.pub").toString())
                .containsEntry("passphrase-env", "PATH")
                .containsEntry("acls", "true")
                .containsEntry("sparse", "true")
                .containsEntry("devices", "true")
                .doesNotContainKey("xattrs")
                .containsEntry("ssh-config", directory.resolve("aliases").toString())
                .containsEntry("jump", "me@bastion:2222,me@inner")
                .doesNotContainKey("passphrase-file");
        Policy nights = new Policy(
                "nights",
                List.of(new Window(
                        Set.of(DayOfWeek.MONDAY, DayOfWeek.TUESDAY, DayOfWeek.SUNDAY),
                        LocalTime.of(22, 0),
                        LocalTime.of(6, 30),
                        Window.UNLIMITED)),
                null,
                Misfire.RUN_ONCE,
                ZoneId.of("Europe/Berlin"),
                OptionalLong.of(200_000_000),
                new DeletionLimit(5000, 10),
                new DeletionLimit(100, 5),
                new DeletionLimit(2000, 2.5),
                4,
                Duration.ofMillis(250),
                Duration.ofMinutes(1),
                Verify.FULL,
                Unstable.WAIT,
                Duration.ofMillis(1500),
                Extras.DELETE,
                Drift.HOLD,
                new Retry(Duration.ofSeconds(1), Duration.ofMinutes(5)),
                new Approvals(true, Duration.ofHours(2)));
        Policy mornings = Policy.withDefaults("mornings")
                .at(Cron.parse("30 2 * * mon-fri"), Misfire.SKIP, ZoneId.of("Europe/Berlin"));
        assertThat(configuration.policies()).containsExactly(nights, mornings);
        assertThat(configuration.keep())
                .isEqualTo(new Retention(
                        Period.ofYears(2), Period.ofDays(364), Period.ZERO, Period.ofYears(1), Period.ofMonths(1)));
        assertThat(configuration.space().queue()).isEqualTo(1_000_000);
        assertThat(configuration.space().disk()).isEqualTo(Path.of("/"));
        assertThat(configuration.space().minFree()).isEqualTo(Space.MinFree.ofDisk(12.5));
        assertThat(target.policy()).isEqualTo(nights);
    }

    @Test
    void ofADatabaseElsewhereItIsSaidHowLargeItMayBecome() {
        String elsewhere = "database: {url: \"jdbc:postgresql://db/freshet\"}\n" + SHORTEST;
        FreshetConfiguration silent = ConfigurationReader.read(folder.file(elsewhere));
        assertThat(silent.space().disk()).isNull();
        assertThat(silent.remarks().get(0)).contains("is not looked at: keep.db-disk");
        FreshetConfiguration sized =
                ConfigurationReader.read(folder.file("keep: {min-free-db: 2GB, db-size: 1.5TB}\n" + elsewhere));
        assertThat(sized.space())
                .isEqualTo(new Space(
                        200_000, Space.MinFree.of(2_000_000_000L), null, OptionalLong.of(1_500_000_000_000L)));
        assertThat(sized.remarks()).isEmpty();
    }

    @Test
    void aPolicyThatIsNotDefinedHereIsRemarkedOn() {
        String made = SHORTEST.replace("url: file:///srv/copy", "policy: contnuous\n        url: file:///srv/copy");
        FreshetConfiguration configuration = ConfigurationReader.read(folder.file(made));
        assertThat(configuration.remarks().get(0))
                .contains("has the policy 'contnuous', which is not defined here", "Did you mean continuous?");
        TargetDefinition target = configuration.sources().get(0).targets().get(0);
        assertThat(target.policyName()).isEqualTo("contnuous");
        assertThat(target.policy()).isNull();
    }

    @Test
    void rootIsRemarkedOnUnlessItIsAllowed() {
        String root = SHORTEST.replace(
                "file:///srv/copy",
                "sftp://root@web1/srv\n        identity-file: id\n        known-hosts: known_hosts");
        assertThat(ConfigurationReader.read(folder.file(root)).remarks())
                .singleElement()
                .asString()
                .contains("target copy logs in as root", "allow-root: true");
        String allowed = root + "        allow-root: true\n";
        assertThat(ConfigurationReader.read(folder.file(allowed)).remarks()).isEmpty();
        assertThat(ConfigurationReader.read(folder.file(root.replace("root@", "app@")))
                        .remarks())
                .isEmpty();
    }

    @Test
    void rescansAreDailyUnlessTheFileSaysOtherwise() {
        assertThat(ConfigurationReader.read(folder.file(SHORTEST))
                        .sources()
                        .get(0)
                        .rescanEvery())
                .isEqualTo(Duration.ofDays(1));
        String never = SHORTEST.replace("path: source", "path: source\n    rescan-every: off");
        assertThat(ConfigurationReader.read(folder.file(never)).sources().get(0).rescanEvery())
                .isNull();
    }

    /** A key that is added must be added here, and to {@link #FULL} with a value that is not the default. */
    @Test
    void theseAreTheKeys() {
        assertThat(ConfigurationReader.KEYS)
                .containsExactlyInAnyOrder(
                        "data-dir", "database", "web", "log", "lease", "sources", "policies", "keep");
        assertThat(KeepingReader.KEYS)
                .containsExactlyInAnyOrder(
                        "deliveries",
                        "runs",
                        "changes",
                        "actions",
                        "batch-metadata",
                        "queue",
                        "min-free-db",
                        "db-disk",
                        "db-size");
        assertThat(ConfigurationReader.LOG_KEYS).containsExactlyInAnyOrder("format");
        assertThat(ConfigurationReader.DATABASE_KEYS).containsExactlyInAnyOrder("url", "username", "password-file");
        assertThat(ConfigurationReader.WEB_KEYS).containsExactlyInAnyOrder("listen", "metrics-token-file");
        assertThat(SourceReader.KEYS)
                .containsExactlyInAnyOrder(
                        "name",
                        "path",
                        "exclude",
                        "include",
                        "exclude-from",
                        "filter",
                        "rescan-every",
                        "bandwidth",
                        "targets");
        assertThat(TargetReader.KEYS)
                .containsExactlyInAnyOrder(
                        "name",
                        "url",
                        "identity-file",
                        "certificate-file",
                        "passphrase-file",
                        "passphrase-env",
                        "known-hosts",
                        "jump",
                        "ssh-config",
                        "allow-root",
                        "policy",
                        "xattrs",
                        "acls",
                        "sparse",
                        "devices");
        assertThat(PolicyReader.KEYS)
                .containsExactlyInAnyOrder(
                        "name",
                        "windows",
                        "cron",
                        "misfire",
                        "time-zone",
                        "bandwidth",
                        "max-deletes",
                        "max-deletes-per-run",
                        "max-changes",
                        "parallelism",
                        "settle",
                        "settle-max",
                        "verify",
                        "unstable",
                        "linger",
                        "extras",
                        "drift",
                        "retry",
                        "four-eyes",
                        "approvals-expire");
        assertThat(PolicyReader.WINDOW_KEYS).containsExactlyInAnyOrder("days", "from", "to", "bandwidth");
        assertThat(PolicyReader.RETRY_KEYS).containsExactlyInAnyOrder("first", "longest");
        assertThat(PolicyReader.MAX_DELETES_KEYS).containsExactlyInAnyOrder("count", "percent");

        Set<String> all = new TreeSet<>();
        for (Set<String> keys : List.of(
                ConfigurationReader.KEYS,
                KeepingReader.KEYS,
                ConfigurationReader.DATABASE_KEYS,
                ConfigurationReader.WEB_KEYS,
                SourceReader.KEYS,
                TargetReader.KEYS,
                PolicyReader.KEYS,
                PolicyReader.WINDOW_KEYS,
                PolicyReader.RETRY_KEYS,
                PolicyReader.MAX_DELETES_KEYS)) {
            all.addAll(keys);
        }
        all.remove("db-size"); // instead of db-disk, and not beside it
        assertThat(all).allSatisfy(key -> assertThat(FULL).contains(key + ":"));
    }

    @Test
    void orderAmongKeysThatFilterIsFixed() {
        FreshetConfiguration configuration = ConfigurationReader.read(folder.file(SHORTEST.replace(
                "    path: source\n", "    path: source\n    exclude: ['*']\n    include: ['kept']\n")));

        FilterRules filter = configuration.sources().get(0).filter();
        assertThat(filter.excludes(RelativePath.parse("kept"), false)).isFalse();
        assertThat(filter.excludes(RelativePath.parse("other"), false)).isTrue();
    }

    @Test
    void spellingsOfTheSameThingAreEqual() {
        Policy policy =
                ConfigurationReader.read(folder.file(SHORTEST + """
                        policies:
                          - name: plain
                            max-deletes: none
                            bandwidth: unlimited
                            settle: 0
                            windows: [{days: fri-mon, from: "00:00", to: "24:00"}]
                        """)).policies().get(0);

        assertThat(policy.maxDeletes()).isEqualTo(DeletionLimit.NONE);
        assertThat(policy.bytesPerSecond()).isEmpty();
        assertThat(policy.settle()).isZero();
        assertThat(policy.windows().get(0).days())
                .containsExactlyInAnyOrder(DayOfWeek.FRIDAY, DayOfWeek.SATURDAY, DayOfWeek.SUNDAY, DayOfWeek.MONDAY);
        assertThat(policy.isOpen(Instant.parse("2026-06-06T23:59:00Z"))).isTrue();
        assertThat(policy.isOpen(Instant.parse("2026-06-02T12:00:00Z"))).isFalse();
    }

    @Test
    void dataDirectoryIsFoundWithoutReadingTheRest() {
        Path file = folder.file(FULL.replace("path: source", "path: nowhere").replace("name: web1", "nmae: web1"));

        assertThat(ConfigurationReader.readDataDirectory(file)).isEqualTo(Path.of("/var/lib/freshet-of-test"));
    }

    @Test
    void existingDataDirectoryMayBeReadableByOthers() throws IOException {
        Path data = Files.createDirectory(directory.resolve("data"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertThat(ConfigurationReader.read(folder.file(SHORTEST)).dataDirectory())
                .isEqualTo(data);
    }

    private static FilterRules rules(String... rules) {
        FilterRules.Builder builder = FilterRules.builder();
        for (String rule : rules) {
            builder.filter(rule, new RuleOrigin("test", 1));
        }
        return builder.build();
    }
}
