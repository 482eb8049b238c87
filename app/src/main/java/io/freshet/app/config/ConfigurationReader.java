package io.freshet.app.config;

import io.freshet.policy.Policy;
import io.freshet.policy.Retention;
import io.freshet.policy.Space;
import io.freshet.run.RunSettings;
import io.freshet.run.SourceDefinition;
import io.freshet.web.account.MetricsToken;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a configuration file, and finds everything that is wrong with it before anything is started.
 *
 * <p>Relative paths are relative to the file. Nothing in the file is expanded: neither environment variables nor {@code ~}.
 */
public final class ConfigurationReader {
    static final Set<String> KEYS =
            Set.of("data-dir", "database", "web", "log", "lease", "sources", "policies", "keep");
    static final Set<String> DATABASE_KEYS = Set.of("url", "username", "password-file");
    static final Set<String> WEB_KEYS = Set.of("listen", "metrics-token-file");
    static final Set<String> LOG_KEYS = Set.of("format");

    private static final String EMBEDDED = "embedded";
    private static final Pattern LISTEN = Pattern.compile("(?:(?:\\[([0-9A-Fa-f:.]+)]|([^\\[\\]:/\\s]+)):)?(\\d{1,5})");

    private final Path file;
    private final Problems problems;
    private final FileChecks files;

    private ConfigurationReader(Path file) {
        this.file = file;
        this.problems = new Problems(file.toString());
        this.files = FileChecks.besides(file);
    }

    /**
     * Reads a file.
     *
     * @throws ConfigurationException with everything that is wrong in it
     */
    public static FreshetConfiguration read(Path file) {
        ConfigurationReader reader = new ConfigurationReader(file);
        Optional<FreshetConfiguration> configuration = reader.compose().flatMap(reader::read);
        reader.problems.throwIfAny();
        return configuration.orElseThrow();
    }

    /**
     * Returns where the server that a file configures keeps its things, without looking at the rest of it: who asks a
     * server something need not be able to read its keys.
     *
     * @throws ConfigurationException if the file cannot be read or does not say it
     */
    public static Path readDataDirectory(Path file) {
        ConfigurationReader reader = new ConfigurationReader(file);
        Optional<Path> directory = reader.compose().flatMap(root -> {
            Optional<Section> section = root.anySection();
            return section.flatMap(reader::dataDirectoryPath);
        });
        if (directory.isEmpty()) {
            reader.problems.throwIfAny();
        }
        return directory.orElseThrow();
    }

    private Optional<Value> compose() {
        try (Reader text = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            return Value.compose(
                    text, problems, "this is not YAML", "the file is empty; 'freshet demo' writes one to begin with");
        } catch (NoSuchFileException missing) {
            problems.add(null, "", "there is no such file; name one with --config FILE");
        } catch (CharacterCodingException malformed) {
            problems.add(null, "", "this is not text in UTF-8");
        } catch (IOException failure) {
            problems.add(null, "", "cannot be read: " + failure);
        }
        return Optional.empty();
    }

    private static Duration lease(String text) {
        Duration lease = Quantity.duration(text);
        if (lease.compareTo(RunSettings.SHORTEST_LEASE) < 0 || lease.compareTo(RunSettings.LONGEST_LEASE) > 0) {
            throw new IllegalArgumentException("'" + text + "' is not between 6s and 10m; 15s is usual");
        }
        return lease;
    }

    private Optional<FreshetConfiguration> read(Value root) {
        Optional<Section> read = root.section(KEYS, "data-dir: /var/lib/freshet and so on");
        if (read.isEmpty()) {
            return Optional.empty();
        }
        Section section = read.get();
        Optional<Path> dataDirectory =
                dataDirectoryPath(section).filter(directory -> files.isOwnHouse(section, directory));
        Database database = section.value("database").flatMap(this::database).orElse(new Database.Embedded());
        Optional<Section> web = section.value("web")
                .flatMap(value -> value.section(WEB_KEYS, "web: {listen: " + ListenAddress.DEFAULT + "}"));
        ListenAddress listen = web.flatMap(value -> value.value("listen"))
                .flatMap(value -> value.read(ConfigurationReader::listenAddress))
                .orElse(ListenAddress.DEFAULT);
        Optional<Path> metricsTokenFile =
                web.flatMap(value -> value.value("metrics-token-file")).flatMap(this::metricsToken);
        LogFormat logFormat = section.value("log")
                .flatMap(value -> value.section(LOG_KEYS, "log: {format: json}"))
                .flatMap(log -> log.value("format"))
                .flatMap(value -> value.read(LogFormat::of))
                .orElse(LogFormat.TEXT);
        PolicyReader policyReader = new PolicyReader();
        List<Policy> policies =
                section.value("policies").map(policyReader::read).orElse(List.of());
        Optional<Section> keep = section.value("keep").flatMap(KeepingReader::section);
        SourceReader sourceReader = new SourceReader(files, policyReader.known());
        List<SourceDefinition> sources = section.required(
                        "sources", "what to replicate; write sources: [{name: …, path: …, targets: […]}]")
                .map(sourceReader::read)
                .orElse(List.of());
        dataDirectory.ifPresent(
                directory -> files.addOwn(section.value("data-dir").orElseThrow(), directory));
        List<String> remarks = new ArrayList<>(sourceReader.remarks());
        Path embedded = database instanceof Database.Embedded
                ? new DataFiles(dataDirectory.orElse(files.base())).database()
                : null;
        Space space = SpaceReader.read(keep, files, embedded, remarks);
        new Overlaps(sourceReader.roots(), sourceReader.targets()).report(files.own());
        return dataDirectory.map(directory -> new FreshetConfiguration(
                file,
                directory,
                database,
                listen,
                metricsTokenFile.orElse(null),
                logFormat,
                section.value("lease")
                        .flatMap(value -> value.read(ConfigurationReader::lease))
                        .orElse(RunSettings.USUAL_LEASE),
                sources,
                policies,
                keep.map(KeepingReader::read).orElse(Retention.DEFAULT),
                space,
                remarks));
    }

    private Optional<Path> metricsToken(Value value) {
        return files.secret(value).filter(path -> {
            boolean isLong = SecretFile.firstLine(path).length() >= MetricsToken.SHORTEST;
            if (!isLong) {
                value.wrong("'" + path + "' must begin with a line of " + MetricsToken.SHORTEST
                        + " characters or more that nobody can guess; run: openssl rand -hex 32 > " + path);
            }
            return isLong;
        });
    }

    private Optional<Path> dataDirectoryPath(Section section) {
        return section.required("data-dir", "where Freshet keeps its own things, for example /var/lib/freshet")
                .flatMap(files::path);
    }

    private Optional<Database> database(Value value) {
        if (!value.isSection()) {
            return value.read(text -> {
                if (text.equals(EMBEDDED)) {
                    return new Database.Embedded();
                }
                throw new IllegalArgumentException("'" + text
                        + "' must be 'embedded', or {url: jdbc:postgresql://…, username: …, password-file: …}");
            });
        }
        return value.section(DATABASE_KEYS, "database: embedded").flatMap(section -> {
            Optional<String> url = section.required("url", "for example jdbc:postgresql://localhost/freshet")
                    .flatMap(written -> written.read(ConfigurationReader::databaseUrl));
            Optional<String> username = section.value("username").flatMap(Value::text);
            Optional<Path> passwordFile = section.value("password-file").flatMap(files::secret);
            return url.map(read -> new Database.External(read, username.orElse(null), passwordFile.orElse(null)));
        });
    }

    private static String databaseUrl(String text) {
        if (!text.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException(
                    "'" + text + "' must begin with jdbc:postgresql:, for example jdbc:postgresql://localhost/freshet");
        }
        if (text.matches("(?i).*[?&]password=.*")) {
            throw new IllegalArgumentException(
                    "a password does not belong in this file; name a file with password-file");
        }
        return text;
    }

    private static ListenAddress listenAddress(String text) {
        Matcher matcher = LISTEN.matcher(text);
        if (!matcher.matches() || Integer.parseInt(matcher.group(3)) > 65535) {
            throw new IllegalArgumentException(
                    "'" + text
                            + "' must be an address and a port, for example 127.0.0.1:8080 or [::1]:8080; port 0 takes a free one");
        }
        String host = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
        return new ListenAddress(
                host == null ? ListenAddress.DEFAULT.host() : host, Integer.parseInt(matcher.group(3)));
    }
}
