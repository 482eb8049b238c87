package io.freshet.transfer.ssh;

import io.freshet.file.PartialKey;
import io.freshet.transfer.PartialName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What earlier tries to deliver the same version of a file left in the staging area.
 *
 * <p>The longest is the one to build upon. None is ever written into: the process of a connection that was lost, or of an
 * owner that lost its lease, may still have it open.
 */
final class Leftovers {
    private final Delivery delivery;
    private final PartialKey key;
    private final byte[] own;
    private final List<byte[]> found = new ArrayList<>();
    private byte @Nullable [] longest;
    private long length;

    private Leftovers(Delivery delivery, PartialKey key, byte[] own) {
        this.delivery = delivery;
        this.key = key;
        this.own = own;
    }

    /**
     * Looks for them while other work goes on; a staging area that cannot be listed holds none.
     *
     * @param own the file of this try, which is none of them
     */
    static void find(Delivery delivery, PartialKey key, byte[] own, Consumer<Leftovers> then) {
        SftpChannel channel = delivery.channel();
        Leftovers leftovers = new Leftovers(delivery, key, own);
        channel.send(
                channel.request(SftpProtocol.OPENDIR).string(delivery.paths().house()), opened -> {
                    if (opened.type() == SftpProtocol.HANDLE) {
                        leftovers.readOn(opened.string(), then);
                    } else {
                        then.accept(leftovers);
                    }
                });
    }

    private void readOn(byte[] directory, Consumer<Leftovers> then) {
        SftpChannel channel = delivery.channel();
        channel.send(channel.request(SftpProtocol.READDIR).string(directory), page -> {
            if (page.type() == SftpProtocol.NAME) {
                for (int count = page.number(); count > 0; count--) {
                    byte[] name = page.string();
                    page.string();
                    add(new String(name, StandardCharsets.ISO_8859_1), page.attributes());
                }
                readOn(directory, then);
            } else {
                delivery.closeQuietly(directory);
                then.accept(this);
            }
        });
    }

    private void add(String name, SftpAttributes attributes) {
        if (PartialName.isOneOf(Set.of(key), name)) {
            byte[] remote = delivery.paths().inHouse(name);
            if (Arrays.equals(remote, own)) {
                return;
            }
            found.add(remote);
            if (attributes.size() > length) {
                longest = remote;
                length = attributes.size();
            }
        }
    }

    /** Returns the one that has got most; null where there is none with any content. */
    byte @Nullable [] longest() {
        return longest;
    }

    /** Removes them all. The server does so after what it was asked before: what was to be copied has been. */
    void remove() {
        found.forEach(delivery::removeQuietly);
        found.clear();
        longest = null;
    }
}
