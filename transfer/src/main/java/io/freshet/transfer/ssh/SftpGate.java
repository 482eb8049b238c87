package io.freshet.transfer.ssh;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.path.RelativePath;
import io.freshet.transfer.GateName;
import io.freshet.transfer.ssh.Circumstances.Look;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The gate of one connection on a server: made first and then compared with the others, so that of two owners who make
 * theirs at the same moment at least one sees the other's.
 */
final class SftpGate {
    private static final int HOUSE_MODE = 0700;
    private static final byte[] LINK_TARGET = GateName.LINK_TARGET.getBytes(StandardCharsets.US_ASCII);

    private final SshSettings settings;
    private final SftpChannel channel;
    private final RemotePaths straight;
    private boolean draftOrder;

    /** @param straight paths through no gate */
    SftpGate(SshSettings settings, SftpChannel channel, RemotePaths straight) {
        this.settings = settings;
        this.channel = channel;
        this.straight = straight;
    }

    /** Returns whether this server was found to take the arguments of SYMLINK in the draft's order. */
    boolean isDraftOrder() {
        return draftOrder;
    }

    /** Makes {@code .freshet} where it is missing, and insists on a real directory of mode 0700. */
    void makeHouse() {
        byte[] house = straight.house();
        Look look = look(house);
        SftpReply.Status refusal = null;
        if (look.isAbsent()) {
            SftpReply made = channel.call(
                    channel.request(SftpProtocol.MKDIR).string(house).mode(HOUSE_MODE));
            refusal = made.isOk() ? null : made.status();
            look = look(house);
        }
        SftpAttributes attributes = look.attributes();
        if (attributes == null && refusal != null && refusal.code() == SftpProtocol.STATUS_PERMISSION_DENIED) {
            throw failure(
                    ErrorCode.PERMISSION_DENIED,
                    settings.user() + " may not make '" + RelativePath.RESERVED_NAME + "' in the target root; give the"
                            + " account the right to write there");
        }
        if (attributes == null || !attributes.isDirectory()) {
            throw failure(
                    ErrorCode.TARGET_ROOT_SUSPECT,
                    "'" + RelativePath.RESERVED_NAME + "' in the target root is not a directory"
                            + (refusal == null ? "" : " and cannot be made (" + refusal + ")"));
        }
        if (attributes.permissions() != HOUSE_MODE) {
            channel.call(channel.request(SftpProtocol.SETSTAT).string(house).mode(HOUSE_MODE));
            SftpAttributes after = look(house).attributes();
            if (after == null || after.permissions() != HOUSE_MODE) {
                throw failure(
                        ErrorCode.TARGET_ROOT_SUSPECT,
                        "'" + RelativePath.RESERVED_NAME
                                + "' in the target root belongs to another account or cannot have"
                                + " mode 0700; remove it");
            }
        }
    }

    /**
     * Makes and enters a gate, and removes those that it replaces.
     *
     * @return paths through the gate, or straight ones where the server does not follow it
     */
    RemotePaths enter(GateName own) {
        if (!make(own) || !leadsToRoot(own)) {
            remove(own);
            return straight.beside(own);
        }
        List<GateName> older = new ArrayList<>();
        for (GateName other : gates()) {
            if (own.yieldsTo(other)) {
                remove(own);
                throw failure(
                        ErrorCode.LEASE_LOST,
                        "the gate " + other + " of a newer lease is there, ours is " + own
                                + "; another process owns the target now");
            }
            if (own.replaces(other)) {
                older.add(other);
            }
        }
        older.forEach(this::remove);
        return straight.through(own);
    }

    private boolean make(GateName gate) {
        byte[] link = straight.gatePath(gate);
        channel.call(SftpTargetSession.symlink(channel, LINK_TARGET, link, draftOrder));
        if (isGate(link)) {
            return true;
        }
        draftOrder = true;
        channel.call(SftpTargetSession.symlink(channel, LINK_TARGET, link, true));
        draftOrder = isGate(link);
        return draftOrder;
    }

    private boolean isGate(byte[] link) {
        if (!look(link).isSymlink()) {
            return false;
        }
        SftpReply read = channel.call(channel.request(SftpProtocol.READLINK).string(link));
        return read.type() == SftpProtocol.NAME && read.number() > 0 && Arrays.equals(read.string(), LINK_TARGET);
    }

    /** Looks through the gate at the gate itself. */
    private boolean leadsToRoot(GateName gate) {
        return look(straight.through(gate).inHouse(gate.toString())).isSymlink();
    }

    private List<GateName> gates() {
        List<GateName> gates = new ArrayList<>();
        SftpListing.read(
                channel,
                straight.house(),
                (name, attributes) -> GateName.parse(new String(name, StandardCharsets.ISO_8859_1))
                        .ifPresent(gates::add),
                status -> {
                    throw failure(ErrorCode.TARGET_FAILURE, "could not list the staging area: " + status);
                });
        return gates;
    }

    private void remove(GateName gate) {
        channel.call(channel.request(SftpProtocol.REMOVE).string(straight.gatePath(gate)));
    }

    private Look look(byte[] remote) {
        return Look.of(channel.call(channel.request(SftpProtocol.LSTAT).string(remote)));
    }

    private FreshetException failure(ErrorCode code, String what) {
        return new FreshetException(code, "target '" + settings.target() + "': " + what);
    }
}
