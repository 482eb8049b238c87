package io.freshet.transfer.ssh;

import io.freshet.file.ContentHash;
import io.freshet.transfer.ssh.ShellCommand.Answer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.schmizz.sshj.SSHClient;

/**
 * The few commands that Freshet knows to have carried out on a target, and the one place that makes them.
 *
 * <p>A command is a constant; names go to it through its standard input, each ended by NUL. Whatever the login shell is and
 * prints by itself, {@code sh} carries the command out, and what it says stands between two lines that nobody else writes.
 * A login shell may take long to start, or hang: what takes too long is given up, without harm to the connection, and
 * nothing is asked of that shell any more. Used by the session's thread.
 */
final class SshShell implements RemoteShell {
    private static final Duration LONGEST_START = Duration.ofSeconds(2);
    /** How long a command may take in nothing of its input. */
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(60);

    private static final Duration SHORTEST = Duration.ofSeconds(20);
    /** The slowest disk that is waited for. */
    private static final long BYTES_PER_SECOND = 10_000_000;

    /** OpenSSL's where there is one: it is several times as fast. */
    private static final String SHA256 =
            "LC_ALL=C; export LC_ALL; if command -v openssl >/dev/null; then xargs -0 openssl dgst -sha256 -r;"
                    + " else xargs -0 sha256sum --; fi";

    /**
     * The first line of the input names the file; each further one tells how many MiB more of it are there, and 0 that all is.
     * What a program has read is gone from the file that they share, so the next goes on behind it.
     */
    private static final String SHA256_AS_IT_GROWS =
            "LC_ALL=C; export LC_ALL; IFS= read -r f && exec 3<\"$f\" && while read -r n; do"
                    + " if test \"$n\" = 0; then cat; else dd bs=1048576 count=\"$n\"; fi <&3; done"
                    + " | if command -v openssl >/dev/null; then openssl dgst -sha256 -r; else sha256sum; fi";

    private static final long MIB = 1 << 20;
    /** So many MiB are told of together. */
    private static final long WORTH_TELLING = 4;
    /** Servers allow few channels at a time, by default ten. */
    private static final int MOST_GROWING = 2;

    private static final String FLUSH = "xargs -0 sync -f";

    /**
     * The first line of the input names the directory, the rest is the archive. Where something fails the rest is taken in all
     * the same: the library would wait for ever for somebody to do so.
     */
    private static final String UNPACK = "LC_ALL=C; export LC_ALL; IFS= read -r d && cd -- \"$d\""
            + " && tar -x -p --numeric-owner --delay-directory-restore -f - && sync -f ."
            + " && find . -mindepth 1 -printf \"%y %s %P\\0\"; r=$?; test $r = 0 || cat >/dev/null; exit $r";

    private static final String READ_EXTENDED =
            "LC_ALL=C; export LC_ALL; xargs -0 getfattr -h -d -m - -e base64 --absolute-names --";

    private static final String REMOVE_EXTENDED = "xargs -0 -n 2 setfattr -h -x";
    private static final String SET_EXTENDED = "LC_ALL=C; export LC_ALL; setfattr -h --restore=-";
    private static final String MAKE_FIFOS = "xargs -0 mkfifo -m 600 --";
    private static final String MAKE_DEVICES = "xargs -0 -n 4 mknod -m 600";
    private static final Map<Program, String> FIND = Map.of(
            Program.GETFATTR, "cat; command -v xargs && command -v getfattr",
            Program.SETFATTR, "cat; command -v xargs && command -v setfattr",
            Program.MKFIFO, "cat; command -v xargs && command -v mkfifo",
            Program.MKNOD, "cat; command -v xargs && command -v mknod");

    /** Like the others it takes in its input to the end: before, the channel must not be closed under us. */
    private static final String NOTHING = "cat";

    private static final Pattern LINE = Pattern.compile("(\\\\?)([0-9a-f]{64}) [ *](.*)", Pattern.DOTALL);

    private final SSHClient client;
    private final ScheduledExecutorService watchdog;
    private boolean hangs;
    private int growing;
    private int mostGrowing = MOST_GROWING;

    SshShell(SSHClient client, ScheduledExecutorService watchdog) {
        this.client = client;
        this.watchdog = watchdog;
    }

    @Override
    public Optional<Duration> start() {
        long begun = System.nanoTime();
        return run(NOTHING, new byte[0], LONGEST_START).map(answer -> Duration.ofNanos(System.nanoTime() - begun));
    }

    @Override
    public List<Optional<ContentHash>> sha256(List<byte[]> paths, long bytes) {
        Map<String, ContentHash> hashes = run(SHA256, names(paths), SHORTEST.plusSeconds(bytes / BYTES_PER_SECOND))
                .map(answer -> hashes(answer.said()))
                .orElse(Map.of());
        return paths.stream()
                .map(path -> Optional.ofNullable(hashes.get(new String(path, StandardCharsets.ISO_8859_1))))
                .toList();
    }

    /** Reads what a program says of files: hash and name on a line. */
    private static Map<String, ContentHash> hashes(String said) {
        Map<String, ContentHash> hashes = new HashMap<>();
        for (String line : said.split("\n", -1)) {
            Matcher parts = LINE.matcher(line);
            if (parts.matches()) {
                String name = parts.group(1).isEmpty() ? parts.group(3) : unescape(parts.group(3));
                hashes.put(name, new ContentHash(parts.group(2)));
            }
        }
        return hashes;
    }

    @Override
    public Optional<GrowingFile> hashAsItGrows(byte[] path) {
        if (hangs || growing >= mostGrowing || new String(path, StandardCharsets.ISO_8859_1).indexOf('\n') >= 0) {
            return Optional.empty();
        }
        ShellCommand running = new ShellCommand(client, watchdog, SHA256_AS_IT_GROWS);
        boolean runs = running.start(SHORTEST)
                && running.write(
                        out -> {
                            out.write(path);
                            out.write('\n');
                            return true;
                        },
                        SHORTEST);
        hangs = running.hangs();
        if (!runs) {
            mostGrowing = 0;
            running.close();
            return Optional.empty();
        }
        growing++;
        return Optional.of(new Growing(running));
    }

    @Override
    public boolean flush(byte[] directory) {
        return run(FLUSH, names(List.of(directory)), SftpChannel.FLUSH_DEADLINE)
                .filter(answer -> answer.status() == 0)
                .isPresent();
    }

    @Override
    public Optional<List<Unpacked>> unpack(byte[] directory, Archive archive) {
        ShellCommand.Input input = out -> {
            out.write(directory);
            out.write('\n');
            return archive.writeTo(out);
        };
        return run(UNPACK, input, LONGEST_SILENCE, SftpChannel.FLUSH_DEADLINE)
                .filter(answer -> answer.status() == 0)
                .map(answer -> listing(answer.said()));
    }

    private static List<Unpacked> listing(String said) {
        List<Unpacked> entries = new ArrayList<>();
        int from = 0;
        for (int end = said.indexOf('\0'); end >= 0; end = said.indexOf('\0', from)) {
            int space = said.indexOf(' ', from + 2);
            entries.add(new Unpacked(
                    said.charAt(from),
                    Long.parseLong(said.substring(from + 2, space)),
                    said.substring(space + 1, end)));
            from = end + 1;
        }
        return entries;
    }

    @Override
    public boolean has(Program program) {
        String find = Objects.requireNonNull(FIND.get(program));
        return run(find, new byte[0], SHORTEST)
                .filter(answer -> answer.status() == 0)
                .isPresent();
    }

    @Override
    public Optional<Map<String, Map<String, byte[]>>> extended(List<byte[]> paths) {
        return run(READ_EXTENDED, names(paths), SHORTEST).map(answer -> ExtendedDump.decode(answer.said()));
    }

    @Override
    public void removeExtended(List<String> namesAndPaths) {
        run(REMOVE_EXTENDED, words(namesAndPaths), SHORTEST);
    }

    @Override
    public void setExtended(Map<String, Map<String, byte[]>> attributes) {
        byte[] dump = ExtendedDump.encode(attributes);
        run(SET_EXTENDED, dump, SHORTEST.plusSeconds(dump.length / BYTES_PER_SECOND));
    }

    @Override
    public void makeNodes(Map<String, Node> nodes) {
        List<String> fifos = new ArrayList<>();
        List<String> devices = new ArrayList<>();
        nodes.forEach((path, node) -> {
            if (node.type().isDevice()) {
                devices.add(path);
                devices.add(Character.toString(node.type().code()));
                devices.add(Long.toString(node.device() >>> 32));
                devices.add(Long.toString(node.device() & 0xffffffffL));
            } else {
                fifos.add(path);
            }
        });
        if (!fifos.isEmpty()) {
            run(MAKE_FIFOS, words(fifos), SHORTEST);
        }
        if (!devices.isEmpty()) {
            run(MAKE_DEVICES, words(devices), SHORTEST);
        }
    }

    private static byte[] words(List<String> words) {
        return names(words.stream()
                .map(word -> word.getBytes(StandardCharsets.ISO_8859_1))
                .toList());
    }

    private static byte[] names(List<byte[]> paths) {
        ByteArrayOutputStream names = new ByteArrayOutputStream();
        for (byte[] path : paths) {
            names.writeBytes(path);
            names.write(0);
        }
        return names.toByteArray();
    }

    /** GNU's program writes a name with a backslash, a newline or a carriage return so that it fits on a line. */
    private static String unescape(String name) {
        StringBuilder plain = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '\\' && i + 1 < name.length()) {
                i++;
                c = switch (name.charAt(i)) {
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    default -> name.charAt(i);
                };
            }
            plain.append(c);
        }
        return plain.toString();
    }

    private Optional<Answer> run(String command, byte[] input, Duration patience) {
        return run(
                command,
                out -> {
                    out.write(input);
                    return true;
                },
                patience,
                patience);
    }

    /**
     * Returns what the command answered; empty where it did not run to its end in time.
     *
     * @param silence how long it may take in nothing of its input
     * @param patience how long it may take after that
     */
    private Optional<Answer> run(String command, ShellCommand.Input input, Duration silence, Duration patience) {
        if (hangs) {
            return Optional.empty();
        }
        try (ShellCommand running = new ShellCommand(client, watchdog, command)) {
            Optional<Answer> answer =
                    running.start(silence) && running.write(input, silence) ? running.end(patience) : Optional.empty();
            hangs = running.hangs();
            return answer;
        }
    }

    /** A file that is hashed as it grows. */
    private final class Growing implements GrowingFile {
        private final ShellCommand running;
        private long told;

        private Growing(ShellCommand running) {
            this.running = running;
        }

        @Override
        public void reached(long position) {
            long more = position / MIB - told;
            if (more >= WORTH_TELLING) {
                told += more;
                say(more);
            }
        }

        @Override
        public Optional<ContentHash> hash(long size) {
            if (!say(0)) {
                return Optional.empty();
            }
            Optional<Answer> answer = running.end(SHORTEST.plusSeconds(size / BYTES_PER_SECOND));
            hangs |= running.hangs();
            return answer.flatMap(
                    found -> hashes(found.said()).values().stream().findFirst());
        }

        private boolean say(long number) {
            boolean said = running.write(
                    out -> {
                        out.write((number + "\n").getBytes(StandardCharsets.US_ASCII));
                        out.flush();
                        return true;
                    },
                    SHORTEST);
            hangs |= running.hangs();
            return said;
        }

        @Override
        public void close() {
            growing--;
            running.close();
        }
    }
}
