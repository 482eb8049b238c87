package io.freshet.transfer.ssh;

import io.freshet.file.ContentHash;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.connection.channel.direct.Session;
import org.jspecify.annotations.Nullable;

/**
 * The few commands that Freshet knows to have carried out on a target, and the one place that makes them.
 *
 * <p>A command is a constant; names go to it through its standard input, each ended by NUL. Whatever the login shell is and
 * prints by itself, {@code sh} carries the command out, and what it says stands between two lines that nobody else writes.
 * An account without a shell has none of this. Used by the session's thread.
 */
final class RemoteShell {
    /** So many names are sent before an answer is read: what the command says about them fits into the channel's window. */
    static final int MOST_NAMES = 1000;

    private static final Duration SHORTEST = Duration.ofSeconds(20);
    /** The slowest disk that is waited for. */
    private static final long BYTES_PER_SECOND = 10_000_000;

    /** OpenSSL's is several times as fast; what it does not say, coreutils' may. */
    private static final String SHA256 =
            "LC_ALL=C; export LC_ALL; if command -v openssl >/dev/null; then xargs -0 openssl dgst -sha256 -r;"
                    + " else xargs -0 sha256sum --; fi";

    private static final Pattern LINE = Pattern.compile("(\\\\?)([0-9a-f]{64}) [ *](.*)", Pattern.DOTALL);

    private final SSHClient client;
    private final ScheduledExecutorService watchdog;
    private final Runnable cut;

    /** @param cut ends the connection, and with it whatever is waited for; called by the watchdog's thread */
    RemoteShell(SSHClient client, ScheduledExecutorService watchdog, Runnable cut) {
        this.client = client;
        this.watchdog = watchdog;
        this.cut = cut;
    }

    /**
     * Hashes files where they are.
     *
     * @param paths at most {@value #MOST_NAMES}, absolute
     * @param bytes their sizes together, which tell how long to wait
     * @return what the target's program said, by path in ISO 8859-1; without those about which it said nothing
     */
    Map<String, ContentHash> sha256(List<byte[]> paths, long bytes) {
        ByteArrayOutputStream names = new ByteArrayOutputStream();
        for (byte[] path : paths) {
            names.writeBytes(path);
            names.write(0);
        }
        Map<String, ContentHash> hashes = new HashMap<>();
        String said = run(SHA256, names.toByteArray(), SHORTEST.plusSeconds(bytes / BYTES_PER_SECOND));
        for (String line : said == null ? new String[0] : said.split("\n", -1)) {
            Matcher parts = LINE.matcher(line);
            if (parts.matches()) {
                String name = parts.group(1).isEmpty() ? parts.group(3) : unescape(parts.group(3));
                hashes.put(name, new ContentHash(parts.group(2)));
            }
        }
        return hashes;
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

    /** Returns what the command wrote, in ISO 8859-1; null where it did not run to its end. */
    private @Nullable String run(String command, byte[] input, Duration patience) {
        String frame = "freshet-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
        String line = "exec sh -c 'echo " + frame + "; (" + command + ") 2>/dev/null; echo; echo " + frame + "'";
        ScheduledFuture<?> watch = watchdog.schedule(cut, patience.toMillis(), TimeUnit.MILLISECONDS);
        try (Session session = client.startSession()) {
            Session.Command running = session.exec(line);
            try (OutputStream in = running.getOutputStream()) {
                in.write(input);
            } catch (IOException e) {
                // A command that does not want its input has ended; what it wrote tells why.
                return null;
            }
            InputStream out = running.getInputStream();
            String said = new String(out.readAllBytes(), StandardCharsets.ISO_8859_1);
            running.join();
            Integer status = running.getExitStatus();
            int begin = said.indexOf(frame + "\n");
            int end = said.lastIndexOf("\n" + frame + "\n");
            return status == null || status != 0 || begin < 0 || end < begin
                    ? null
                    : said.substring(begin + frame.length() + 1, end);
        } catch (IOException | RuntimeException e) {
            return null;
        } finally {
            watch.cancel(false);
        }
    }
}
