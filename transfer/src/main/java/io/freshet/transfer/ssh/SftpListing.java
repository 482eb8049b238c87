package io.freshet.transfer.ssh;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads directories with several READDIRs under way, so that a long listing does not cost a round trip per page, and many
 * directories at a time, so that a short one does not cost three.
 */
final class SftpListing {
    private static final int PAGES_IN_FLIGHT = 8;
    /** Of many directories: most are short. */
    private static final int PAGES_EACH = 2;
    /** Each has a handle open, of which a server may allow a hundred. */
    private static final int DIRECTORIES_IN_FLIGHT = 32;

    private SftpListing() {}

    /** Tells every entry but {@code .} and {@code ..}; a failure is told after everything that came before it. */
    static void read(
            SftpChannel channel,
            byte[] directory,
            BiConsumer<byte[], SftpAttributes> entry,
            Consumer<SftpReply.Status> failure) {
        Pages pages = new Pages(channel, PAGES_IN_FLIGHT, entry);
        pages.open(directory);
        while (!pages.closed) {
            channel.receive();
        }
        SftpReply.Status failed = pages.failure;
        if (failed != null) {
            failure.accept(failed);
        }
    }

    /** Someone who takes in what is read of one of many directories. */
    interface Reader extends BiConsumer<byte[], SftpAttributes> {
        byte[] directory();

        void failed(SftpReply.Status status);
    }

    /** Reads many directories; nothing else may be under way. */
    static void read(SftpChannel channel, List<? extends Reader> readers) {
        List<Pages> all = new ArrayList<>();
        List<Pages> underWay = new ArrayList<>();
        for (Reader reader : readers) {
            while (underWay.size() >= DIRECTORIES_IN_FLIGHT) {
                channel.receive();
                underWay.removeIf(pages -> pages.closed);
            }
            Pages pages = new Pages(channel, PAGES_EACH, reader);
            pages.open(reader.directory());
            all.add(pages);
            underWay.add(pages);
        }
        channel.receiveAll();
        for (int i = 0; i < all.size(); i++) {
            SftpReply.Status failed = all.get(i).failure;
            if (failed != null) {
                readers.get(i).failed(failed);
            }
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
        private final SftpChannel channel;
        private final int inFlight;
        private final BiConsumer<byte[], SftpAttributes> entry;
        private byte[] handle = {};
        private int due;
        private boolean ended;
        private boolean closed;
        private SftpReply.@Nullable Status failure;

        private Pages(SftpChannel channel, int inFlight, BiConsumer<byte[], SftpAttributes> entry) {
            this.channel = channel;
            this.inFlight = inFlight;
            this.entry = entry;
        }

        private void open(byte[] directory) {
            channel.send(channel.request(SftpProtocol.OPENDIR).string(directory), reply -> {
                if (reply.type() != SftpProtocol.HANDLE) {
                    failure = reply.status();
                    closed = true;
                    return;
                }
                handle = reply.string();
                for (int page = 0; page < inFlight; page++) {
                    next();
                }
            });
        }

        private void next() {
            due++;
            channel.send(channel.request(SftpProtocol.READDIR).string(handle), this::arrived);
        }

        private void arrived(SftpReply reply) {
            due--;
            if (reply.type() != SftpProtocol.NAME) {
                SftpReply.Status status = reply.status();
                if (status.code() != SftpProtocol.STATUS_EOF && failure == null && !ended) {
                    failure = status;
                }
                ended = true;
            } else {
                take(reply);
                if (!ended) {
                    next();
                }
            }
            if (ended && due == 0) {
                channel.send(channel.request(SftpProtocol.CLOSE).string(handle), unused -> closed = true);
            }
        }

        private void take(SftpReply reply) {
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
