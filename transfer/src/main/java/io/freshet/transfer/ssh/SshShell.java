package io.freshet.transfer.ssh;

import io.freshet.file.ContentHash;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.connection.channel.direct.Session;

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
        Map<String, ContentHash> hashes = new HashMap<>();
        String said = run(SHA256, names(paths), SHORTEST.plusSeconds(bytes / BYTES_PER_SECOND))
                .map(Answer::said)
                .orElse("");
        for (String line : said.split("\n", -1)) {
            Matcher parts = LINE.matcher(line);
            if (parts.matches()) {
                String name = parts.group(1).isEmpty() ? parts.group(3) : unescape(parts.group(3));
                hashes.put(name, new ContentHash(parts.group(2)));
            }
        }
        return paths.stream()
                .map(path -> Optional.ofNullable(hashes.get(new String(path, StandardCharsets.ISO_8859_1))))
                .toList();
    }

    @Override
    public boolean flush(byte[] directory) {
        return run(FLUSH, names(List.of(directory)), SftpChannel.FLUSH_DEADLINE)
                .filter(answer -> answer.status == 0)
                .isPresent();
    }

    @Override
    public Optional<List<Unpacked>> unpack(byte[] directory, Archive archive) {
        Input input = out -> {
            out.write(directory);
            out.write('\n');
            return archive.writeTo(out);
        };
        return run(UNPACK, input, LONGEST_SILENCE, SftpChannel.FLUSH_DEADLINE)
                .filter(answer -> answer.status == 0)
                .map(answer -> listing(answer.said));
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
                .filter(answer -> answer.status == 0)
                .isPresent();
    }

    @Override
    public Optional<Map<String, Map<String, byte[]>>> extended(List<byte[]> paths) {
        return run(READ_EXTENDED, names(paths), SHORTEST).map(answer -> ExtendedDump.decode(answer.said));
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

    /**
     * What a command answered.
     *
     * @param said what it wrote, in ISO 8859-1
     * @param status how it exited
     */
    private record Answer(String said, int status) {}

    /** Something that writes a command's input; returns whether all of it was written. */
    private interface Input {
        boolean writeTo(OutputStream out) throws IOException;
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
    private Optional<Answer> run(String command, Input input, Duration silence, Duration patience) {
        if (hangs) {
            return Optional.empty();
        }
        String frame = "freshet-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
        String line = "exec sh -c 'echo " + frame + "; (" + command + ") 2>/dev/null; status=$?; echo; echo " + frame
                + " $status'";
        BlockingCall call = new BlockingCall();
        call.begin();
        Watch watch = new Watch(call, silence);
        Session session = null;
        Optional<Answer> answer;
        try {
            session = client.startSession();
            answer = communicate(session.exec(line), input, watch, patience).flatMap(said -> answer(frame, said));
        } catch (IOException | RuntimeException e) {
            // What was asked is not known, and that is all.
            answer = Optional.empty();
        } finally {
            watch.end();
            hangs = call.end();
        }
        if (session != null) {
            close(session, answer.isEmpty());
        }
        return answer;
    }

    private static Optional<String> communicate(Session.Command running, Input input, Watch watch, Duration patience)
            throws IOException {
        try (OutputStream in = watch.over(running.getOutputStream())) {
            if (!input.writeTo(in)) {
                return Optional.empty();
            }
        }
        watch.allow(patience);
        return Optional.of(new String(running.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1));
    }

    /** Ends the waiting of a call that has waited for too long. */
    private final class Watch {
        private static final int LOOKS = 4;

        private final BlockingCall call;
        private volatile Duration allowed;
        private final ScheduledFuture<?> looking;

        private Watch(BlockingCall call, Duration allowed) {
            this.call = call;
            this.allowed = allowed;
            this.looking = look(allowed);
        }

        private ScheduledFuture<?> look(Duration patience) {
            long every = Math.max(1, patience.toMillis() / LOOKS);
            return watchdog.scheduleWithFixedDelay(
                    () -> {
                        if (System.nanoTime() - call.since() > allowed.toNanos()) {
                            call.interrupt();
                        }
                    },
                    every,
                    every,
                    TimeUnit.MILLISECONDS);
        }

        private void allow(Duration patience) {
            call.progressed();
            allowed = patience;
        }

        private void end() {
            looking.cancel(false);
        }

        private OutputStream over(OutputStream out) {
            return new FilterOutputStream(out) {
                @Override
                public void write(byte[] bytes, int offset, int count) throws IOException {
                    out.write(bytes, offset, count);
                    call.progressed();
                }
            };
        }
    }

    private static Optional<Answer> answer(String frame, String said) {
        Matcher framed = Pattern.compile(frame + "\\n(.*)\\n" + frame + " ([0-9]+)\\s*", Pattern.DOTALL)
                .matcher(said);
        return framed.find()
                ? Optional.of(new Answer(framed.group(1), Integer.parseInt(framed.group(2))))
                : Optional.empty();
    }

    /** The library waits for the server to close the channel, too, which one that hangs may not do for long. */
    private static void close(Session session, boolean beside) {
        Runnable close = () -> {
            try {
                session.close();
            } catch (IOException | RuntimeException e) {
                // The connection is lost, and with it the channel.
                return;
            }
        };
        if (beside) {
            Thread thread = new Thread(close, "freshet-close");
            thread.setDaemon(true);
            thread.start();
        } else {
            close.run();
        }
    }
}
