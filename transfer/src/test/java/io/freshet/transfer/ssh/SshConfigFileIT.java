package io.freshet.transfer.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.transfer.MemoryDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Configuration files are understood as {@code ssh -G} understands them: made at random, and by hand. */
class SshConfigFileIT {
    private static final int FILES = 100;
    private static final List<String> ALIASES = List.of("web1", "web2", "db.example", "Bastion", "10.0.0.7");
    private static final List<String> PATTERNS = List.of(
            "*", "web*", "web?", "!web2", "*.example", "!db.*", "Bastion", "bastion", "web1", "10.0.0.*", "w*b1");
    private static final List<String> LINES = List.of(
            "HostName %h.internal",
            "HostName=192.0.2.1",
            "hostname  \"other.example\"",
            "HostName '%h.%h'",
            "User alice",
            "user = bob",
            "User \"carol\" # who else",
            "Port 2222",
            "port=2022",
            "Port \"22\"",
            "IdentityFile ~/.ssh/id_one",
            "IdentityFile %d/.ssh/%r@%h",
            "identityfile \"/keys/with space\"",
            "IdentityFile /keys/with\\ space",
            "IdentityFile none",
            "CertificateFile /keys/one-cert.pub",
            "ProxyJump gate",
            "ProxyJump=alice@gate:2200,inner",
            "ProxyJump none",
            "ProxyJump ssh://bob@inner:22",
            "ProxyJump bob@[2001:db8::1]:22",
            "ProxyCommand none",
            "UserKnownHostsFile ~/.ssh/known_one ~/.ssh/known_two",
            "ForwardAgent yes",
            "# User nobody",
            "",
            "\tCompression yes");

    @TempDir(factory = MemoryDirectory.class)
    Path temporary;

    @BeforeAll
    static void requireSsh() {
        OpenSshServer.require();
    }

    @Test
    void randomFilesAreUnderstoodAsBySsh() throws IOException {
        for (int seed = 0; seed < FILES; seed++) {
            Random random = new Random(seed);
            Path directory = Files.createDirectory(temporary.resolve("f" + seed));
            for (String name : List.of("a.conf", "b.conf", ".hidden.conf", "c.other")) {
                Files.writeString(directory.resolve(name), content(random, List.of()));
            }
            List<String> includes = List.of(
                    "Include " + directory + "/*.conf", "Include " + directory + "/nothing " + directory + "/[!ab].o*");
            Path file = Files.writeString(directory.resolve("config"), content(random, includes));
            for (String alias : ALIASES) {
                assertSame(file, alias);
            }
        }
    }

    private static String content(Random random, List<String> includes) {
        StringBuilder content = new StringBuilder();
        int lines = 3 + random.nextInt(20);
        for (int i = 0; i < lines; i++) {
            int kind = random.nextInt(10);
            if (kind < 3) {
                content.append(random.nextBoolean() ? "Host" : "host ");
                int patterns = 1 + random.nextInt(3);
                for (int j = 0; j < patterns; j++) {
                    content.append(' ').append(any(PATTERNS, random));
                }
            } else if (kind == 3 && random.nextInt(4) == 0) {
                content.append("Match all");
            } else if (kind == 4 && !includes.isEmpty()) {
                content.append(any(includes, random));
            } else {
                content.append(random.nextBoolean() ? "    " : "").append(any(LINES, random));
            }
            content.append('\n');
        }
        return content.toString();
    }

    private static String any(List<String> choices, Random random) {
        return choices.get(random.nextInt(choices.size()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host web1\n User first\nHost *\n User second\n",
                "User outside\nHost web1\n User inside\n",
                "Host * !web1\n User others\n",
                "Host !web1\n User nobody\n",
                "Host web1 !web*\n User nobody\n",
                "Host web1\n ProxyJump one\n ProxyCommand nc %h %p\n",
                "Host web1\n IdentityFile a\n IdentityFile a\n IdentityFile b\n",
                "Host \"web1\"\n User quoted\n",
                "Host=web1\n User equals\n",
                "Host web1\r\n User windows\r\n",
                "Host web1\n UserKnownHostsFile one two\n UserKnownHostsFile three\n",
                "Host web1\n IdentityFile \"a \\\"b\\\" c\"\n",
                "Host web1\n IdentityFile a#b #c\n",
            })
    void particularFilesAreUnderstoodAsBySsh(String content) throws IOException {
        Path file = Files.writeString(temporary.resolve("config"), content);

        for (String alias : ALIASES) {
            assertSame(file, alias);
        }
    }

    private void assertSame(Path file, String alias) throws IOException {
        assertThat(understood(file, alias))
                .as("%s in %n%s", alias, Files.readString(file))
                .isEqualTo(sshs(file, alias));
    }

    private List<String> understood(Path file, String alias) {
        SshConfigEntry entry = new SshConfigFile(file, temporary).lookup(alias);
        String hostName = entry.hostName();
        List<String> lines = new ArrayList<>();
        lines.add("hostname "
                + (hostName == null ? alias : SshTokens.expand(hostName, Map.of("h", alias))).toLowerCase(Locale.ROOT));
        lines.add("user " + (entry.user() == null ? System.getProperty("user.name") : entry.user()));
        lines.add("port " + (entry.port() == 0 ? 22 : entry.port()));
        entry.identityFiles().forEach(identity -> lines.add("identityfile " + identity));
        entry.certificateFiles().forEach(certificate -> lines.add("certificatefile " + certificate));
        if (!entry.knownHostsFiles().isEmpty()) {
            lines.add("userknownhostsfile "
                    + String.join(" ", entry.knownHostsFiles()).replace("~", System.getProperty("user.home")));
        }
        lines.add("proxyjump " + hosts(entry.proxyJump()));
        lines.add("proxycommand " + (entry.proxyCommand() != null));
        return lines;
    }

    private static List<String> sshs(Path file, String alias) {
        List<String> printed = OpenSshServer.run("ssh", "-G", "-F", file.toString(), alias)
                .lines()
                .toList();
        List<String> lines = new ArrayList<>();
        lines.add("hostname " + values(printed, "hostname").get(0).toLowerCase(Locale.ROOT));
        lines.add("user " + values(printed, "user").get(0));
        lines.add("port " + values(printed, "port").get(0));
        values(printed, "identityfile").stream()
                .filter(identity -> !identity.matches("~/\\.ssh/id_(rsa|dsa|ecdsa|ecdsa_sk|ed25519|ed25519_sk|xmss)"))
                .forEach(identity -> lines.add("identityfile " + identity));
        values(printed, "certificatefile").forEach(certificate -> lines.add("certificatefile " + certificate));
        values(printed, "userknownhostsfile").stream()
                .filter(files -> !files.contains("/.ssh/known_hosts "))
                .forEach(files -> lines.add("userknownhostsfile " + files));
        lines.add("proxyjump "
                + hosts(values(printed, "proxyjump").stream()
                        .filter(jump -> !jump.equals("none"))
                        .findFirst()
                        .orElse(null)));
        lines.add("proxycommand "
                + values(printed, "proxycommand").stream().anyMatch(command -> !command.equals("none")));
        return lines;
    }

    private static List<String> values(List<String> printed, String keyword) {
        return printed.stream()
                .filter(line -> line.startsWith(keyword + " "))
                .map(line -> line.substring(keyword.length() + 1))
                .toList();
    }

    private static String hosts(@Nullable String jump) {
        return jump == null
                ? ""
                : HostSpec.list(jump).stream().map(HostSpec::toString).collect(Collectors.joining(","));
    }
}
