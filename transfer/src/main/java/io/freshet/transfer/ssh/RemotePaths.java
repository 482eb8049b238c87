package io.freshet.transfer.ssh;

import io.freshet.path.RelativePath;
import io.freshet.path.TextForm;
import io.freshet.transfer.GateName;
import io.freshet.transfer.StagingName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the server's paths, as bytes, of paths below the target root: through the gate once one was entered. */
final class RemotePaths {
    private static final byte[] HOUSE = ("/" + RelativePath.RESERVED_NAME).getBytes(StandardCharsets.US_ASCII);

    private final byte[] root;
    private final byte[] base;
    private final @Nullable GateName gate;
    private final @Nullable GateName connection;

    private RemotePaths(byte[] root, @Nullable GateName gate, @Nullable GateName connection) {
        this.root = root;
        this.gate = gate;
        this.connection = connection;
        this.base = gate == null ? root : join(join(root, HOUSE), bytes("/" + gate));
    }

    /** Paths below a root, an absolute path without a slash at its end, straight and through no gate. */
    static RemotePaths below(byte[] root) {
        int length = root.length;
        while (length > 0 && root[length - 1] == '/') {
            length--;
        }
        return new RemotePaths(Arrays.copyOf(root, length), null, null);
    }

    RemotePaths through(GateName newGate) {
        return new RemotePaths(root, newGate, newGate);
    }

    /** Straight paths for a connection whose server does not follow its gate. */
    RemotePaths beside(GateName unfollowed) {
        return new RemotePaths(root, null, unfollowed);
    }

    RemotePaths withoutGate() {
        return new RemotePaths(root, null, null);
    }

    boolean isGated() {
        return gate != null;
    }

    /** The gate itself, not what it leads to. */
    byte[] gatePath(GateName name) {
        return join(join(root, HOUSE), bytes("/" + name));
    }

    byte[] ownGate() {
        if (gate == null) {
            throw new IllegalStateException("no gate was entered");
        }
        return gatePath(gate);
    }

    byte[] of(RelativePath path) {
        return path.isRoot() ? join(base, bytes("/.")) : join(join(base, bytes("/")), path.bytes());
    }

    /** {@code .freshet}. */
    byte[] house() {
        return join(base, HOUSE);
    }

    /** Something inside {@code .freshet}. */
    byte[] inHouse(String name) {
        return join(join(base, HOUSE), bytes("/" + name));
    }

    /** Paths below each of the directories that are above the target root, the nearest first. */
    List<RemotePaths> above() {
        List<RemotePaths> above = new ArrayList<>();
        for (int end = root.length - 1; end >= 0; end--) {
            if (root[end] == '/') {
                above.add(below(Arrays.copyOf(root, end)));
            }
        }
        return above;
    }

    /** Returns the root in text form. */
    String root() {
        return root.length == 0 ? "/" : TextForm.encode(root);
    }

    /** Returns a name that was never used before, for something temporary of this connection inside {@code .freshet}. */
    String temporaryName() {
        if (connection == null) {
            throw new IllegalStateException("no gate was entered");
        }
        return StagingName.fresh(connection);
    }

    /** Something temporary of this connection inside {@code .freshet}, under a name that was never used before. */
    byte[] temporary() {
        return inHouse(temporaryName());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] join(byte[] head, byte[] tail) {
        byte[] joined = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, joined, head.length, tail.length);
        return joined;
    }
}
