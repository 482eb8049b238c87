package io.freshet.transfer.ssh;

import io.freshet.file.ContentHash;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * Used by the session's thread.
 */
final class SshShell implements RemoteShell {
    private static final Duration SHORTEST = Duration.ofSeconds(20);
    /** The slowest disk that is waited for. */
    private static final long BYTES_PER_SECOND = 10_000_000;

    /** OpenSSL's where there is one: it is several times as fast. */
    private static final String SHA256 =
            "LC_ALL=C; export LC_ALL; if command -v openssl >/dev/null; then xargs -0 openssl dgst -sha256 -r;"
                    + " else xargs -0 sha256sum --; fi";

    private static final String FLUSH = "xargs -0 sync -f";
    private static final Pattern LINE = Pattern.compile("(\\\\?)([0-9a-f]{64}) [ *](.*)", Pattern.DOTALL);

    private final SSHClient client;
    private final ScheduledExecutorService watchdog;
    private final Runnable cut;

    /** @param cut ends the connection, and with it whatever is waited for; called by the watchdog's thread */
    SshShell(SSHClient client, ScheduledExecutorService watchdog, Runnable cut) {
        this.client = client;
        this.watchdog = watchdog;
        this.cut = cut;
    }

    @Override
    public Map<String, ContentHash> sha256(List<byte[]> paths, long bytes) {
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
        return hashes;
    }

    @Override
    public boolean flush(byte[] directory) {
        return run(FLUSH, names(List.of(directory)), SftpChannel.FLUSH_DEADLINE)
                .filter(answer -> answer.status == 0)
                .isPresent();
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

    /** Returns what the command answered; empty where it did not run to its end. */
    private Optional<Answer> run(String command, byte[] input, Duration patience) {
        String frame = "freshet-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
        String line = "exec sh -c 'echo " + frame + "; (" + command + ") 2>/dev/null; status=$?; echo; echo " + frame
                + " $status'";
        ScheduledFuture<?> watch = watchdog.schedule(cut, patience.toMillis(), TimeUnit.MILLISECONDS);
        try (Session session = client.startSession()) {
            Session.Command running = session.exec(line);
            try (OutputStream in = running.getOutputStream()) {
                in.write(input);
            } catch (IOException e) {
                // A command that does not want its input has ended; what it wrote tells why.
                return Optional.empty();
            }
            String said = new String(running.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            Matcher framed = Pattern.compile(frame + "\\n(.*)\\n" + frame + " ([0-9]+)\\s*", Pattern.DOTALL)
                    .matcher(said);
            return framed.find()
                    ? Optional.of(new Answer(framed.group(1), Integer.parseInt(framed.group(2))))
                    : Optional.empty();
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        } finally {
            watch.cancel(false);
        }
    }
}
