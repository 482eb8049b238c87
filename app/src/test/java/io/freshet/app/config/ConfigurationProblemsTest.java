package io.freshet.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way of getting a right file wrong has one message, with its place and the way out. */
class ConfigurationProblemsTest {
    private static final String RIGHT = """
            data-dir: data
            database: embedded
            web: {listen: 127.0.0.1:8080}
            sources:
              - name: content
                path: source
                exclude: ["*.tmp"]
                targets:
                  - name: web1
                    url: sftp://app@web1/srv/www
                    identity-file: id
                    known-hosts: known_hosts
                    policy: nights
            policies:
              - name: nights
                windows: [{days: mon-fri, from: "22:00", to: "06:00"}]
                time-zone: Europe/Berlin
                bandwidth: 200MB/s
                max-deletes: {count: 5000, percent: 10}
                settle: 100ms
            """;

    private static final String SECOND_TARGET = """
                  - name: web2
                    url: sftp://app@WEB1:22/srv/www/
                    identity-file: id
                    known-hosts: known_hosts
            """;

    private static final String ALIASED_TARGET = """
                  - name: web2
                    url: sftp://alias/srv/www/
                    identity-file: id
                    known-hosts: known_hosts
                    ssh-config: aliases
            """;

    @TempDir
    private Path directory;

    private ConfigurationFolder folder;

    @BeforeEach
    void makeFolder() {
        folder = new ConfigurationFolder(directory);
    }

    private static Stream<Arguments> mistakes() {
        return Stream.of(
                // Keys
                mistake(
                        "identity-file: id",
                        "identty-file: id",
                        "11:9: sources[0].targets[0].identty-file: there is no such key. Did you mean identity-file?"),
                mistake(
                        "    policy: nights",
                        "    colour: red",
                        "13:9: sources[0].targets[0].colour: there is no such key. There are acls, allow-root, certificate-file, devices, identity-file, jump, known-hosts, name, passphrase-env, passphrase-file, policy, sparse, ssh-config, url, xattrs."),
                mistake(
                        "bandwidth: 200MB/s",
                        "crontab: '0 * * * *'",
                        "18:5: policies[0].crontab: there is no such key. There are "),
                mistake(
                        "bandwidth: 200MB/s",
                        "cron: '0 * * * *'",
                        "18:11: policies[0].cron: cannot be combined with windows: give one of them"),
                mistake(
                        "windows: [{days: mon-fri, from: \"22:00\", to: \"06:00\"}]",
                        "cron: '0 24 * * *'",
                        "16:11: policies[0].cron: '0 24 * * *' is no cron expression: '24' at character 3 (hour) must be 0 to 23"),
                mistake(
                        "windows: [{days: mon-fri, from: \"22:00\", to: \"06:00\"}]",
                        "cron: '0 2 * * *'\n    misfire: ignore",
                        "17:14: policies[0].misfire: 'ignore' must be run-once, to make up for missed firings by one run, or skip"),
                mistake(
                        "bandwidth: 200MB/s",
                        "misfire: skip",
                        "18:14: policies[0].misfire: has no meaning without cron"),
                mistake(
                        "to: \"06:00\"}",
                        "to: \"06:00\", bandwidth: 20}",
                        "'20' is no bandwidth; write a number and a unit"),
                mistake(
                        "bandwidth: 200MB/s",
                        "retry: {first: 2m, longest: 1m}",
                        "18:33: policies[0].retry.longest: longest must not be shorter than first"),
                mistake(
                        "bandwidth: 200MB/s",
                        "retry: {longest: 25h}",
                        "18:22: policies[0].retry.longest: must be at most 1d"),
                mistake(
                        "bandwidth: 200MB/s",
                        "approvals-expire: 10s",
                        "policies[0].approvals-expire: must be at least 1m"),
                mistake("bandwidth: 200MB/s", "four-eyes: yes", "policies[0].four-eyes: 'yes' must be true or false"),
                mistake(
                        "bandwidth: 200MB/s",
                        "retry: {first: 0}",
                        "18:20: policies[0].retry.first: must be at least 1ms"),
                mistake(
                        "bandwidth: 200MB/s",
                        "max-deletes-per-run: {count: 5}",
                        "policies[0].max-deletes-per-run.percent: is missing: how much of the target may be concerned"),
                mistake(
                        "exclude:",
                        "excludes:",
                        "7:5: sources[0].excludes: there is no such key. Did you mean exclude?"),
                mistake(
                        "known-hosts:",
                        "knownHosts:",
                        "12:9: sources[0].targets[0].knownHosts: there is no such key. Did you mean known-hosts?"),
                mistake(
                        "    exclude:",
                        "    rescan-every: 1s\n    exclude:",
                        "7:19: sources[0].rescan-every: '1s' is too often"),
                mistake("data-dir: data\n", "", "1:1: data-dir: is missing: where Freshet keeps its own things"),
                mistake("    path: source\n", "", "5:5: sources[0].path: is missing: the directory to replicate"),
                mistake(
                        "known-hosts: known_hosts",
                        "ssh-config: no_known_hosts",
                        "10:14: sources[0].targets[0].url: no file with known hosts can be read: [/none/known_hosts]; give one by the option known-hosts"),
                mistake(
                        "identity-file: id",
                        "ssh-config: no_identity",
                        "10:14: sources[0].targets[0].url: no IdentityFile for web1 in /FOLDER/no_identity can be read: [/none/id]; give one by the option identity-file"),
                mistake(
                        "    policy: nights",
                        "    ssh-config: bad_config",
                        "10:14: sources[0].targets[0].url: /FOLDER/bad_config line 2: 'x' is no port"),
                mistake(
                        "    policy: nights",
                        "    ssh-config: open_known_hosts",
                        "13:21: sources[0].targets[0].ssh-config: '/FOLDER/open_known_hosts' can be changed by others"),
                mistake(
                        "    policy: nights",
                        "    ssh-config: nofile",
                        "13:21: sources[0].targets[0].ssh-config: there is no file '/FOLDER/nofile'"),
                mistake(
                        "    policy: nights",
                        "    ssh-agent: true",
                        "13:9: sources[0].targets[0].ssh-agent: there is no such key: keys in ssh-agent are not used"),
                mistake(
                        "    policy: nights",
                        "    passphrase: open sesame",
                        "there is no such key: a passphrase does not belong in this file; use passphrase-file"),
                mistake(
                        "    policy: nights",
                        "    xattrs: yes",
                        "13:17: sources[0].targets[0].xattrs: 'yes' must be true or false"),
                mistake(
                        "    policy: nights",
                        "    xattr: true",
                        "13:9: sources[0].targets[0].xattr: there is no such key. Did you mean xattrs?"),
                mistake(
                        "    policy: nights",
                        "    specials: true",
                        "there is no such key: write devices; it stands for FIFOs, too"),
                mistake("path: source", "path:", "6:5: sources[0].path: has no value"),
                mistake(
                        "path: source",
                        "path: source\n    path: other",
                        "7:5: sources[0].path: this key is given twice; the first time it is in line 6"),
                mistake("data-dir: data", "? [a]\n: b\ndata-dir: data", "1:3: a key must be a single word"),
                // Types
                mistake("path: source", "path: [source]", "6:11: sources[0].path: must be a single value, not a list"),
                mistake("path: source", "path: ''", "6:11: sources[0].path: must not be empty"),
                mistake("path: source", "path: \"a\\0b\"", "6:11: sources[0].path: must not hold a NUL character"),
                mistake(
                        "web: {listen: 127.0.0.1:8080}",
                        "web: 8080",
                        "3:6: web: must be keys and values, not a single value; write web: {listen: 127.0.0.1:8080}"),
                mistake("windows: [{days", "windows: {x: [{days", "is not YAML"),
                mistake(
                        "\"06:00\"}]",
                        "\"06:00\"}, ]\n    settle-max: {a: b}",
                        "17:17: policies[0].settle-max: must be a single value, not a group of keys"),
                // Names
                mistake(
                        "name: content",
                        "name: my content",
                        "5:11: sources[0].name: 'my content' is no name; use 1 to 63 letters"),
                mistake(
                        "name: nights",
                        "name: continuous",
                        "15:11: policies[0].name: 'continuous' is built in; choose another name"),
                mistake(
                        "policy: nights",
                        "policy: my nights",
                        "13:17: sources[0].targets[0].policy: 'my nights' is no name"),
                mistake(
                        "policies:\n",
                        "policies:\n  - name: nights\n",
                        "16:11: policies[1].name: there is another policy 'nights' already"),
                // Places
                mistake(
                        "path: source",
                        "path: nowhere",
                        "6:11: sources[0].path: there is no directory '/FOLDER/nowhere'"),
                mistake("path: source", "path: id", "6:11: sources[0].path: '/FOLDER/id' is not a directory"),
                mistake(
                        "path: source",
                        "path: ${HOME}/x",
                        "6:11: sources[0].path: '${HOME}/x': environment variables and ~ are not expanded; write the value itself"),
                mistake("path: source", "path: $HOME/x", "environment variables and ~ are not expanded"),
                mistake("path: source", "path: ~/x", "environment variables and ~ are not expanded"),
                mistake(
                        "identity-file: id",
                        "identity-file: nokey",
                        "11:24: sources[0].targets[0].identity-file: there is no file '/FOLDER/nokey'"),
                mistake("identity-file: id", "identity-file: source", "'/FOLDER/source' is not a file"),
                mistake(
                        "identity-file: id",
                        "identity-file: open_id",
                        "identity-file: '/FOLDER/open_id' can be used by others than its owner; run: chmod 600 /FOLDER/open_id"),
                mistake(
                        "identity-file: id",
                        "identity-file: id.pub",
                        "'/FOLDER/id.pub' holds the public key. Did you mean /FOLDER/id?"),
                mistake(
                        "identity-file: id",
                        "identity-file: password",
                        "'/FOLDER/password' holds no private key; ssh-keygen"),
                mistake(
                        "    policy: nights",
                        "    certificate-file: id.pub",
                        "13:27: sources[0].targets[0].certificate-file: '/FOLDER/id.pub' holds no certificate"),
                mistake(
                        "    policy: nights",
                        "    certificate-file: nocert",
                        "certificate-file: there is no file '/FOLDER/nocert'"),
                mistake(
                        "    policy: nights",
                        "    jump: a b",
                        "10:14: sources[0].targets[0].url: the option jump: 'a b' is no host; write user@host"),
                mistake(
                        "    policy: nights",
                        "    passphrase-env: FRESHET_NO_SUCH_VARIABLE",
                        "13:25: sources[0].targets[0].passphrase-env: the environment variable FRESHET_NO_SUCH_VARIABLE is not set here"),
                mistake(
                        "    policy: nights",
                        "    passphrase-env: open sesame",
                        "passphrase-env: must be the name of an environment variable, without $"),
                mistake(
                        "    policy: nights",
                        "    passphrase-env: $PATH",
                        "must be the name of an environment variable"),
                mistake(
                        "    policy: nights",
                        "    passphrase-env: PATH\n        passphrase-file: passphrase",
                        "13:25: sources[0].targets[0].passphrase-env: is given beside passphrase-file; keep one"),
                mistake(
                        "known-hosts: known_hosts",
                        "known-hosts: open_known_hosts",
                        "known-hosts: '/FOLDER/open_known_hosts' can be changed by others than its owner; run: chmod go-w"),
                mistake(
                        "exclude:",
                        "exclude-from: nofile\n    exclude:",
                        "sources[0].exclude-from: there is no file '/FOLDER/nofile'"),
                mistake(
                        "exclude:",
                        "exclude-from: bad_excludes\n    exclude:",
                        "sources[0].exclude-from: /FOLDER/bad_excludes line 2: "),
                mistake("[\"*.tmp\"]", "[\"*.tmp\", \"[a\"]", "7:24: sources[0].exclude[1]: "),
                mistake("[\"*.tmp\"]", "[\"*.tmp\", ]\n    filter: 'frobnicate x'", "8:13: sources[0].filter: "),
                mistake(
                        "data-dir: data",
                        "data-dir: known_hosts",
                        "1:11: data-dir: '/FOLDER/known_hosts' is not a directory"),
                // URLs
                mistake(
                        "sftp://app@web1/srv/www",
                        "app@web1:/srv/www",
                        "10:14: sources[0].targets[0].url: 'app@web1:/srv/www' is no URL. Did you mean sftp://app@web1/srv/www?"),
                mistake(
                        "sftp://app@web1/srv/www",
                        "sfpt://app@web1/srv/www",
                        "has no scheme that Freshet knows. Did you mean sftp:?"),
                mistake(
                        "sftp://app@web1/srv/www",
                        "https://web1/srv/www",
                        "has no scheme that Freshet knows. Use sftp:, ssh: or file:."),
                mistake(
                        "sftp://app@web1/srv/www",
                        "/srv/www",
                        "has no scheme that Freshet knows. Write for example sftp:"),
                mistake("sftp://app@web1/srv/www", "sftp://app@web1", "has no path; add the directory to fill"),
                mistake("sftp://app@web1/srv/www", "sftp://app@web_1/srv", "has no valid host"),
                mistake(
                        "sftp://app@web1/srv/www",
                        "sftp://@web1/srv/www",
                        "names no user; write sftp://USER@web1/srv/www"),
                mistake(
                        "sftp://app@web1/srv/www",
                        "sftp://app:hidden@web1/srv",
                        "'sftp://app:…@web1/srv' must not hold a password; use identity-file"),
                mistake(
                        "sftp://app@web1/srv/www",
                        "sftp://app@web1:99999/srv",
                        "has a port that is not between 1 and 65535"),
                mistake(
                        "sftp://app@web1/srv/www",
                        "sftp://app@web1/srv/my www",
                        "is no URL (Illegal character in path"),
                mistake("sftp://app@web1/srv/www", "sftp://app@web1/srv/../etc", "must not hold '..'"),
                mistake("sftp://app@web1/srv/www", "sftp://app@web1/~/www", "begins with ~, which is not expanded"),
                mistake("sftp://app@web1/srv/www", "sftp://app@web1/srv?x=1", "must hold neither '?' nor '#'"),
                mistake("sftp://app@web1/srv/www", "file://srv/www", "must have three slashes: file:///srv/copy"),
                mistake("sftp://app@web1/srv/www", "file:///", "is the root of this machine's file system"),
                mistake(
                        "sftp://app@web1/srv/www",
                        "file:///srv/www",
                        "11:24: sources[0].targets[0].identity-file: has no meaning for a target with a file: url"),
                // What is kept
                mistake(
                        "database: embedded",
                        "keep: {deliveries: 13}",
                        "2:20: keep.deliveries: '13' is no time to keep something for; write a number and one of the units"
                                + " days, weeks, months and years, for example 400 days"),
                mistake(
                        "database: embedded",
                        "keep: {runs: 30 days}",
                        "keep.runs: '30 days' is too short: 31 days is the"),
                mistake(
                        "database: embedded",
                        "keep: {batch-metadata: 0 d}",
                        "keep.batch-metadata: '0 d' is too short: 1 day"),
                mistake(
                        "database: embedded",
                        "keep: {actions: 101 years}",
                        "'101 years' is too long; to keep something"),
                mistake(
                        "database: embedded",
                        "keep: {run: 1 year}",
                        "keep.run: there is no such key. Did you mean runs?"),
                mistake(
                        "database: embedded",
                        "keep: {queue: 1000}",
                        "keep.queue: '1000' must be a whole number of 50000"),
                mistake(
                        "database: embedded",
                        "keep: {min-free-db: 2 apples}",
                        "keep.min-free-db: '2 apples' is no size"),
                mistake(
                        "database: embedded",
                        "keep: {db-disk: /tmp}",
                        "keep.db-disk: has no meaning for the embedded database"),
                mistake(
                        "database: embedded",
                        "database: {url: \"jdbc:postgresql://db/freshet\"}\nkeep: {min-free-db: 2GB}",
                        "keep.min-free-db: cannot be kept, as nothing says how much room the database has"),
                mistake(
                        "database: embedded",
                        "database: {url: \"jdbc:postgresql://db/freshet\"}\nkeep: {db-disk: /tmp, db-size: 20GB}",
                        "keep.db-size: has no meaning where the disk itself can be asked"),
                mistake(
                        "max-deletes: {count: 5000, percent: 10}",
                        "parallelism: 0",
                        "policies[0].parallelism: '0' must be a whole number of 1 to 128"),
                // Database and web
                mistake("embedded", "embedded\nlease: 2s", "3:8: lease: '2s' is not between 6s and 10m"),
                mistake(
                        "embedded",
                        "postgres",
                        "2:11: database: 'postgres' must be 'embedded', or {url: jdbc:postgresql:"),
                mistake("embedded", "{username: x}", "2:11: database.url: is missing: for example jdbc:postgresql:"),
                mistake(
                        "embedded",
                        "{url: 'jdbc:mysql://x/y'}",
                        "2:17: database.url: 'jdbc:mysql://x/y' must begin with jdbc:postgresql:"),
                mistake(
                        "embedded",
                        "{url: 'jdbc:postgresql://x/y?password=z'}",
                        "database.url: a password does not belong in this file; name a file with password-file"),
                mistake(
                        "embedded",
                        "{url: 'jdbc:postgresql://x/y', password-file: open_id}",
                        "database.password-file: '/FOLDER/open_id' can be used by others"),
                mistake("127.0.0.1:8080", "somewhere", "3:15: web.listen: 'somewhere' must be an address and a port"),
                mistake(
                        "127.0.0.1:8080",
                        "127.0.0.1:65536",
                        "web.listen: '127.0.0.1:65536' must be an address and a port"),
                mistake(
                        "{listen: 127.0.0.1:8080}",
                        "{metrics-token-file: password}",
                        "3:27: web.metrics-token-file: '/FOLDER/password' must begin with a line of 32 characters or more"),
                mistake(
                        "{listen: 127.0.0.1:8080}",
                        "{metrics-token-file: open_id}",
                        "web.metrics-token-file: '/FOLDER/open_id' can be used by others"),
                mistake(
                        "web: {listen: 127.0.0.1:8080}",
                        "log: {format: xml}",
                        "3:15: log.format: 'xml' must be text or json"),
                // Policies
                mistake("mon-fri", "mon-fryday", "16:22: policies[0].windows[0].days: 'mon-fryday' is no day"),
                mistake("days: mon-fri", "days: []", "policies[0].windows[0].days: names no day"),
                mistake("\"22:00\"", "10pm", "'10pm' is no time of day; write hours and minutes"),
                mistake("\"22:00\"", "22:60", "'22:60' is no time of day"),
                mistake(", to: \"06:00\"", "", "16:15: policies[0].windows[0].to: is missing: when the window closes"),
                mistake(
                        "Europe/Berlin",
                        "Europe/Berln",
                        "17:16: policies[0].time-zone: 'Europe/Berln' is no time zone. Did you mean Europe/Berlin?"),
                mistake(
                        "[{days: mon-fri, from: \"22:00\", to: \"06:00\"}]",
                        "[]",
                        "16:14: policies[0].windows: an empty list would look like 'never'"),
                mistake(
                        "    windows: [{days: mon-fri, from: \"22:00\", to: \"06:00\"}]\n",
                        "",
                        "16:16: policies[0].time-zone: has no meaning without windows or cron"),
                mistake(
                        "200MB/s",
                        "200",
                        "18:16: policies[0].bandwidth: '200' is no bandwidth; write a number and a unit"),
                mistake("200MB/s", "0MB/s", "a bandwidth of nothing would never send anything"),
                mistake("200MB/s", "99999999999999999999TB/s", "is too large"),
                mistake(
                        "count: 5000",
                        "count: -1",
                        "19:26: policies[0].max-deletes.count: '-1' must be a whole number of 0 to"),
                mistake("percent: 10", "percent: 101", "'101' must be a percentage of 0 to 100"),
                mistake(", percent: 10", "", "19:18: policies[0].max-deletes.percent: is missing"),
                mistake("{count: 5000, percent: 10}", "never", "'never' must be {count: 5000, percent: 10}, or 'none'"),
                mistake(
                        "100ms",
                        "100",
                        "20:13: policies[0].settle: '100' is no duration; write a number and one of the units"),
                mistake(
                        "settle: 100ms",
                        "verify: always",
                        "20:13: policies[0].verify: 'always' must be in-flight, or run"),
                mistake(
                        "settle: 100ms",
                        "extras: never",
                        "20:13: policies[0].extras: 'never' must be hold, leave or delete"),
                mistake("settle: 100ms", "drift: never", "20:12: policies[0].drift: 'never' must be overwrite or hold"),
                mistake("settle: 100ms", "unstable: never", "20:15: policies[0].unstable: 'never' must be publish"),
                mistake("100ms", "10s", "20:13: policies[0].settle: settle-max must not be shorter than settle"),
                // One thing in another
                mistake(
                        "data-dir: data",
                        "data-dir: source/data",
                        "1:11: data-dir: '/FOLDER/source/data' lies in the source '/FOLDER/source' and would be replicated"),
                mistake(
                        "path: source",
                        "path: .",
                        "11:24: sources[0].targets[0].identity-file: '/FOLDER/id' lies in the source '/FOLDER'"),
                mistake(
                        "    policy: nights\n",
                        "    policy: nights\n" + SECOND_TARGET,
                        "15:14: sources[0].targets[1].url: is the same place as target 'web1'"),
                mistake(
                        "    policy: nights\n",
                        "    policy: nights\n" + ALIASED_TARGET,
                        "15:14: sources[0].targets[1].url: is the same place as target 'web1'"),
                mistake(
                        "    policy: nights\n",
                        "    policy: nights\n" + ALIASED_TARGET.replace("identity-file: id", "policy: nights"),
                        "15:14: sources[0].targets[1].url: '/FOLDER/source/id' lies in the source '/FOLDER/source'"),
                mistake(
                        "    policy: nights\n",
                        "    policy: nights\n" + SECOND_TARGET.replace("www/", "www/sub"),
                        "sources[0].targets[1].url: lies in target 'web1'"),
                mistake(
                        "    policy: nights\n",
                        "    policy: nights\n" + SECOND_TARGET.replace("/www/", ""),
                        "sources[0].targets[1].url: lies above target 'web1'"),
                mistake(
                        "    policy: nights\n",
                        "    policy: nights\n" + SECOND_TARGET.replace("web2", "web1"),
                        "14:15: sources[0].targets[1].name: there is another target 'web1' already"),
                mistake(
                        "    policy: nights\n",
                        "    policy: nights\n      - {name: copy, url: 'file:///FOLDER/source/copy'}\n",
                        "sources[0].targets[1].url: lies in the source '/FOLDER/source'"),
                mistake(
                        "    policy: nights\n",
                        "    policy: nights\n      - {name: copy, url: 'file:///FOLDER'}\n",
                        "sources[0].targets[1].url: lies above the source '/FOLDER/source'"));
    }

    private static Arguments mistake(String right, String wrong, String message) {
        return Arguments.of(right, wrong, message);
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("mistakes")
    void mistakeIsToldWithPlaceAndWayOut(String right, String wrong, String message) {
        String folderPath = directory.toString();
        assertThat(RIGHT).contains(right);
        Path file = folder.file(RIGHT.replace(right, wrong.replace("/FOLDER", folderPath)));

        ConfigurationException refused =
                catchThrowableOfType(ConfigurationException.class, () -> ConfigurationReader.read(file));

        assertThat(refused).as("'%s' is accepted", wrong).isNotNull();
        assertThat(refused.problems())
                .extracting(ConfigurationProblem::toString)
                .as("problems")
                .anySatisfy(problem ->
                        assertThat(problem).startsWith(file + ":").contains(message.replace("/FOLDER", folderPath)));
    }

    /** Somebody may have written the passphrase itself where the name of its variable belongs. */
    @Test
    void whatIsNoNameOfAVariableIsNotRepeated() {
        Path file = folder.file(RIGHT.replace("    policy: nights", "    passphrase-env: open sesame"));

        ConfigurationException refused =
                catchThrowableOfType(ConfigurationException.class, () -> ConfigurationReader.read(file));

        assertThat(refused).hasMessageContaining("passphrase-env").hasMessageNotContaining("sesame");
    }

    @Test
    void rightFileIsAccepted() {
        assertThat(ConfigurationReader.read(folder.file(RIGHT)).sources()).hasSize(1);
    }

    /** Private addresses mean another host in every network. */
    @Test
    void samePlaceBehindAnotherJumpHostIsAnotherPlace() {
        String behind = SECOND_TARGET + "        jump: me@gate\n";
        Path file = folder.file(RIGHT.replace("    policy: nights\n", "    policy: nights\n" + behind));

        assertThat(ConfigurationReader.read(file).sources().get(0).targets()).hasSize(2);
    }

    @Test
    void everyMistakeIsToldAtOnceInTheOrderOfTheFile() {
        Path file = folder.file(RIGHT.replace("path: source", "path: nowhere")
                .replace("identity-file", "identty-file")
                .replace("Europe/Berlin", "Mars"));

        ConfigurationException refused =
                catchThrowableOfType(ConfigurationException.class, () -> ConfigurationReader.read(file));

        assertThat(refused.problems())
                .extracting(ConfigurationProblem::line)
                .as("one message each; a misspelt key is not missing as well")
                .containsExactly(6, 11, 17);
    }

    @Test
    void fileThatIsNotThereIsTold() {
        Path missing = directory.resolve("missing.yml");

        ConfigurationException refused =
                catchThrowableOfType(ConfigurationException.class, () -> ConfigurationReader.read(missing));

        assertThat(refused).hasMessage(missing + ": there is no such file; name one with --config FILE");
    }

    @Test
    void fileThatIsNoYamlIsTold() {
        for (String text : new String[] {"", "- a\n- b\n", "data-dir: [\n", "\tdata-dir: x\n", "a: b\n---\nc: d\n"}) {
            Path file = folder.file(text);

            ConfigurationException refused =
                    catchThrowableOfType(ConfigurationException.class, () -> ConfigurationReader.read(file));

            assertThat(refused).as("'%s'", text).isNotNull();
        }
    }

    @Test
    void dataDirectoryThatOthersWriteToIsRefused() {
        folder.make("data");
        folder.setPermissions("data", "rwxrwxr-x");
        Path file = folder.file(RIGHT);

        ConfigurationException refused =
                catchThrowableOfType(ConfigurationException.class, () -> ConfigurationReader.read(file));

        assertThat(refused)
                .hasMessageContaining("1:11: data-dir: '" + directory.resolve("data")
                        + "' can be written to by others than its owner; run: chmod go-w");
    }
}
