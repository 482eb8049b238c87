package io.freshet.transfer.ssh;

import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads a directory with several READDIRs under way, so that a long listing does not cost a round trip per page. */
final class SftpListing {
    private static final int PAGES_IN_FLIGHT = 8;

    private SftpListing() {}

    /** Tells every entry but {@code .} and {@code ..}; a failure is told after everything that came before it. */
    static void read(
            SftpChannel channel,
            byte[] directory,
            BiConsumer<byte[], SftpAttributes> entry,
            Consumer<SftpReply.Status> failure) {
        SftpReply opened = channel.call(channel.request(SftpProtocol.OPENDIR).string(directory));
        if (opened.type() != SftpProtocol.HANDLE) {
            failure.accept(opened.status());
            return;
        }
        byte[] handle = opened.string();
        Pages pages = new Pages(entry);
        while (!pages.ended) {
            while (pages.due < PAGES_IN_FLIGHT) {
                pages.due++;
                channel.send(channel.request(SftpProtocol.READDIR).string(handle), pages::arrived);
            }
            channel.receive();
        }
        channel.call(channel.request(SftpProtocol.CLOSE).string(handle));
        SftpReply.Status failed = pages.failure;
        if (failed != null) {
            failure.accept(failed);
        }
    }

    /** Returns the path of a name inside a directory. */
    static byte[] child(byte[] directory, byte[] name) {
        byte[] path = Arrays.copyOf(directory, directory.length + 1 + name.length);
        path[directory.length] = '/';
        System.arraycopy(name, 0, path, directory.length + 1, name.length);
        return path;
    }

    private static final class Pages {
        private final BiConsumer<byte[], SftpAttributes> entry;
        private int due;
        private boolean ended;
        private SftpReply.@Nullable Status failure;

        private Pages(BiConsumer<byte[], SftpAttributes> entry) {
            this.entry = entry;
        }

        private void arrived(SftpReply reply) {
            due--;
            if (reply.type() != SftpProtocol.NAME) {
                SftpReply.Status status = reply.status();
                if (status.code() != SftpProtocol.STATUS_EOF && failure == null && !ended) {
                    failure = status;
                }
                ended = true;
                return;
            }
            for (int count = reply.number(); count > 0; count--) {
                byte[] name = reply.string();
                reply.string();
                SftpAttributes attributes = reply.attributes();
                if (!isDots(name)) {
                    entry.accept(name, attributes);
                }
            }
        }

        private static boolean isDots(byte[] name) {
            return (name.length == 1 && name[0] == '.') || (name.length == 2 && name[0] == '.' && name[1] == '.');
        }
    }
}
