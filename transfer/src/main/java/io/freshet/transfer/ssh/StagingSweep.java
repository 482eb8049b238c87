package io.freshet.transfer.ssh;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Removes temporary objects from the staging area, directories with everything in them; used by the session's thread. */
final class StagingSweep {
    private final SftpChannel channel;
    private final Consumer<SftpReply.Status> unreadable;

    private StagingSweep(SftpChannel channel, Consumer<SftpReply.Status> unreadable) {
        this.channel = channel;
        this.unreadable = unreadable;
    }

    /**
     * Removes what has such a name in the staging area.
     *
     * @param which names
     * @param unreadable told why a directory cannot be listed
     */
    static void run(SftpChannel channel, byte[] house, Predicate<String> which, Consumer<SftpReply.Status> unreadable) {
        new StagingSweep(channel, unreadable).sweep(house, which);
        channel.receiveAll();
    }

    /** Removes a temporary directory; what cannot be removed is left to the next sweep. */
    static void remove(SftpChannel channel, byte[] directory) {
        // As a rule it is empty: what was in it was published.
        if (!channel.call(channel.request(SftpProtocol.RMDIR).string(directory)).isOk()) {
            new StagingSweep(channel, status -> {}).sweep(directory, name -> true);
            channel.send(channel.request(SftpProtocol.RMDIR).string(directory), reply -> {});
            channel.receiveAll();
        }
    }

    private void sweep(byte[] directory, Predicate<String> which) {
        List<byte[]> below = new ArrayList<>();
        SftpListing.read(
                channel,
                directory,
                (name, attributes) -> {
                    if (which.test(new String(name, StandardCharsets.ISO_8859_1))) {
                        byte[] remote = SftpListing.child(directory, name);
                        if (attributes.isDirectory()) {
                            below.add(remote);
                        } else {
                            channel.send(channel.request(SftpProtocol.REMOVE).string(remote), reply -> {});
                        }
                    }
                },
                unreadable);
        for (byte[] remote : below) {
            sweep(remote, name -> true);
            channel.send(channel.request(SftpProtocol.RMDIR).string(remote), reply -> {});
        }
    }
}
