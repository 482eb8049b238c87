package io.freshet.app.lsyncd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.app.config.ConfigurationReader;
import io.freshet.app.config.FreshetConfiguration;
import io.freshet.cli.FreshetCommand;
import io.freshet.path.RelativePath;
import io.freshet.policy.DeletionLimit;
import io.freshet.policy.Extras;
import io.freshet.policy.Policy;
import io.freshet.run.SourceDefinition;
import io.freshet.run.TargetDefinition;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ImportLsyncdCommandTest {
    /** Three hosts in a loop, one key for all, an exclude file: the way of many web farms. */
    private static final String FARM = """
            settings{ logfile = "/var/log/lsyncd.log", statusFile = "/run/lsyncd.status", insist = true }
            local base = "HERE"
            local hosts = { "web1", "web2", "web3" }
            for _, host in ipairs(hosts) do
              sync{
                default.rsyncssh,
                source = base .. "/www/",
                host = "app@" .. host,
                targetdir = "/srv/" .. "www",
                exclude = { "*.tmp", "/cache/", "we\\\\ird" },
                excludeFrom = base .. "/excludes",
                delay = 1,
                rsync = { archive = true, compress = true, acls = true },
                ssh = { port = 2222, identityFile = base .. "/id", options = { UserKnownHostsFile = base .. "/known" } },
              }
            end
            """;

    /** Inheritance: common tables, without a name, of two layers. */
    private static final String COMMON = """
            local login = { rsync = { archive = true, rsh = "/usr/bin/ssh -p 2200 -i HERE/id -o UserKnownHostsFile=HERE/known -l app",
                                      bwlimit = 2000, _extra = { "--omit-dir-times", "--exclude=*.bak", "-X" } } }
            local slow = { default.rsync, login, delay = 20, delete = 'running' }
            sync{ slow, source = "HERE/www", target = "web1:/srv/a b" }
            sync{ slow, source = "HERE/media", target = "web2:/srv/media", delay = 0, delete = true }
            """;

    /** Never deletes, as archives are kept; one local, one with rules. */
    private static final String KEEPING = """
            sync{ default.direct, source = "HERE/www", target = "HERE/copy", delete = false }
            sync{ default.rsync, source = "HERE/media", target = "HERE/copy2", delete = false,
                  filter = { "+ /keep/**", "- *.iso" } }
            sync{ default.rsync, source = "HERE/media", target = "HERE/copy3", delete = 'startup', exclude = "*.part" }
            """;

    /** Of lsyncd 2.0, with settings as a variable and commands in shell. */
    private static final String OLD = """
            settings = { logfile = "/tmp/l", delay = 5 }
            bash = {
              delay = 0, maxProcesses = 3,
              onCreate = "cp -r ^sourcePathname ^targetPathname",
              onDelete = function(event) spawn(event, "/bin/rm", event.targetPathname) end,
            }
            sync{ bash, source = "HERE/www", target = "HERE/copy" }
            sync{ default.rsync, source = "HERE/www", target = "HERE/copy2" }
            """;

    /** What Freshet cannot do. */
    private static final String FOREIGN = """
            sync{ default.rsync, source = "HERE/www", target = "backup::module/www" }
            sync{ default.rsync, source = "HERE/www", target = "root@web1:relative" }
            sync{ default.rsync, source = "HERE/www", target = "HERE/copy", init = false, crontab = { "0 0 * * * *" },
                  rsync = { inplace = true, chmod = "D755", update = true, _extra = { "--rsync-path=sudo rsync" } },
                  unheard = 1 }
            sync{ default.rsync, source = "HERE/media", target = "backup::media" }
            """;

    @TempDir
    private Path directory;

    private String out = "";
    private String err = "";

    @BeforeEach
    void makeWhatIsNamed() throws IOException {
        Files.createDirectory(directory.resolve("www"));
        Files.createDirectory(directory.resolve("media"));
        Files.writeString(directory.resolve("excludes"), "*.log\n");
        Files.writeString(directory.resolve("known"), "web1 ssh-ed25519 AAAA\n");
        Path key = Files.writeString(directory.resolve("id"), "-----BEGIN OPENSSH PRIVATE KEY-----\n");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    }

    private int run(String lua, String... options) throws IOException {
        Path file = Files.writeString(directory.resolve("lsyncd.conf.lua"), lua.replace("HERE", directory.toString()));
        CommandLine line = FreshetCommand.commandLine(new ImportLsyncdCommand());
        StringWriter output = new StringWriter();
        StringWriter errors = new StringWriter();
        line.setOut(new PrintWriter(output)).setErr(new PrintWriter(errors));
        String[] all = new String[options.length + 2];
        all[0] = "import-lsyncd";
        all[1] = file.toString();
        System.arraycopy(options, 0, all, 2, options.length);
        int status = line.execute(all);
        out = output.toString();
        err = errors.toString();
        return status;
    }

    /** Has Freshet's own reader take what was printed. */
    private FreshetConfiguration imported(String lua) throws IOException {
        int unused = run(lua);
        String printed =
                out.replace("/var/lib/freshet", directory.resolve("data").toString());
        return ConfigurationReader.read(Files.writeString(directory.resolve("freshet.yml"), printed));
    }

    @Test
    void aLoopOverHostsIsOneSourceWithTheirTargets() throws IOException {
        FreshetConfiguration read = imported(FARM);

        assertThat(read.sources()).singleElement().satisfies(www -> {
            assertThat(www.path()).isEqualTo(directory.resolve("www"));
            assertThat(www.targets())
                    .extracting(target -> target.address().url().toString())
                    .containsExactly(
                            "sftp://app@web1:2222/srv/www",
                            "sftp://app@web2:2222/srv/www",
                            "sftp://app@web3:2222/srv/www");
            assertThat(www.targets().get(0).address().options())
                    .containsEntry("identity-file", directory.resolve("id").toString())
                    .containsEntry("known-hosts", directory.resolve("known").toString())
                    .containsEntry("acls", "true");
            assertThat(excluded(www, "a.tmp", "cache", "b.log", "page", "we\\\\ird"))
                    .containsExactly(true, true, true, false, true);
            assertThat(policy(read, www, 0).settle()).isEqualTo(Duration.ofSeconds(1));
        });
        assertThat(read.policies()).hasSize(1);
        assertThat(err).isEmpty();
        assertThat(run(FARM)).isZero();
        assertThat(out).contains("# settings.statusFile", "# rsync.compress = true");
    }

    @Test
    void whatIsInheritedCountsUnlessASyncSaysOtherwise() throws IOException {
        FreshetConfiguration read = imported(COMMON);

        SourceDefinition www = read.sources().get(0);
        assertThat(www.targets().get(0).address().url()).hasToString("sftp://app@web1:2200/srv/a%20b");
        assertThat(www.targets().get(0).address().options()).containsEntry("xattrs", "true");
        assertThat(excluded(www, "x.bak")).containsExactly(true);
        Policy policy = policy(read, www, 0);
        assertThat(policy.bytesPerSecond()).isEqualTo(OptionalLong.of(2000 * 1024));
        assertThat(policy.settle()).isEqualTo(Duration.ofSeconds(20));
        assertThat(policy.settleMax()).isEqualTo(Duration.ofSeconds(20));
        assertThat(policy.linger()).isEqualTo(Duration.ofSeconds(20));
        assertThat(policy.extras()).isEqualTo(Extras.LEAVE);
        Policy media = policy(read, read.sources().get(1), 0);
        assertThat(media.settle()).isEqualTo(Duration.ofMillis(100));
        assertThat(media.extras()).isEqualTo(Extras.HOLD);
        assertThat(err).isEmpty();
    }

    @Test
    void whatWasNeverDeletedIsNotDeleted() throws IOException {
        FreshetConfiguration read = imported(KEEPING);

        SourceDefinition www = read.sources().get(0);
        assertThat(www.filter().protects(RelativePath.parse("any/thing"), false))
                .isTrue();
        assertThat(excluded(www, "any")).containsExactly(false);
        SourceDefinition media = read.sources().get(1);
        assertThat(media.filter().protects(RelativePath.parse("any"), false)).isFalse();
        assertThat(policy(read, media, 0).maxDeletes()).isEqualTo(new DeletionLimit(0, 0));
        assertThat(excluded(media, "keep/x.iso", "y.iso", "z.part")).containsExactly(false, true, true);
        assertThat(err).contains("delete = 'startup' has no counterpart", "leave out different things");
    }

    @Test
    void commandsOfItsOwnAreCommentedOut() throws IOException {
        FreshetConfiguration read = imported(OLD);

        assertThat(run(OLD)).isEqualTo(1);
        assertThat(read.sources())
                .singleElement()
                .satisfies(www -> assertThat(www.targets())
                        .extracting(target -> target.address().url().getPath())
                        .containsExactly(directory + "/copy2"));
        assertThat(out).contains("#       - name: copy\n", "settings.delay = 5 has no counterpart");
        assertThat(err).contains("lsyncd.conf.lua:7: target copy: this sync carries out commands");
    }

    @Test
    void whatHasNoCounterpartIsToldBesideItAndOnStandardError() throws IOException {
        FreshetConfiguration read = imported(FOREIGN);

        assertThat(read.sources()).hasSize(1);
        assertThat(read.sources().get(0).targets()).hasSize(1);
        for (String told : List.of(
                "it is an rsync daemon",
                "relative to the home",
                "logs in as root",
                "init = false",
                "crontab = ",
                "rsync.inplace = true",
                "rsync.chmod = D755",
                "rsync.update = true",
                "rsync.rsync_path = sudo rsync",
                "unheard = 1",
                "none of its targets is ready")) {
            assertThat(err).contains(told);
            assertThat(out).contains(told);
        }
    }

    @Test
    void aFileThatIsThereIsNotOverwritten() throws IOException {
        Path there = directory.resolve("new.yml");

        assertThat(run(FARM, "-o", there.toString())).isZero();
        assertThat(there).content().contains("sources:");
        assertThat(out).isEmpty();
        assertThat(run(FARM, "-o", there.toString())).isEqualTo(2);
        assertThat(err).contains("is there already");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        os.execute('touch HERE/harm')                         | :1: os.execute is not available
        io.open('HERE/harm', 'w')                             | :1: io.open is not available
        require('socket')                                     | :1: require is not available
        load('x = 1')()                                       | :1: load is not available
        luajava.bindClass('java.lang.Runtime')                | :1: luajava.bindClass is not available
        while true do pcall(function() while true do end end) end | :1: does not end
        local s = 'x' while true do s = s .. s end            | :1: takes too much memory
        local s = string.rep('x', 1000000000)                 | :1: string.rep would make a string
        local s = ('x'):rep(1000000000)                       | :1: string.rep would make a string
        local function f() return 1 + f() end f()             | :1: nests too deeply
        local t = {} t.x = t sync(t)                          | :1: a table holds itself
        sync{default.rsync, source = nil .. 'x'}              | :1: attempt to concatenate
        sync{ default.rsync source = 1 }                      | :1: '}' expected
        settings{}                                            | calls no sync
        """)
    void whatIsWrongOrMaliciousEndsWithFileAndLine(String lua, String told) throws IOException {
        assertThat(run(lua)).isEqualTo(2);

        assertThat(err).contains("lsyncd.conf.lua" + (told.startsWith(":") ? told : ": it " + told));
        assertThat(out).isEmpty();
        assertThat(directory.resolve("harm")).doesNotExist();
    }

    @Test
    void compiledCodeIsRefused() throws IOException {
        assertThat(run("\u001bLua")).isEqualTo(2);
        assertThat(err).contains("this is compiled Lua");
    }

    @Test
    void whatDoesNotComeBackFromOneInstructionIsLeftBehind() {
        String lua = "local s = ('a'):rep(350)\nlocal x = s:find('a*a*a*b')";
        Limits limits = new Limits(1_000, 1 << 20, Duration.ofMillis(50));

        assertThatThrownBy(() -> LuaProgram.read(lua.getBytes(StandardCharsets.UTF_8), "slow.lua", limits))
                .isInstanceOf(ImportException.class)
                .hasMessageStartingWith("slow.lua:2: does not end");
    }

    private static List<Boolean> excluded(SourceDefinition source, String... paths) {
        return List.of(paths).stream()
                .map(path -> source.filter().excludes(RelativePath.parse(path), path.equals("cache")))
                .toList();
    }

    private static Policy policy(FreshetConfiguration configuration, SourceDefinition source, int target) {
        TargetDefinition definition = source.targets().get(target);
        return configuration.policies().stream()
                .filter(policy -> policy.name().equals(definition.policyName()))
                .findFirst()
                .orElseGet(() -> Policy.withDefaults(Policy.CONTINUOUS));
    }
}
