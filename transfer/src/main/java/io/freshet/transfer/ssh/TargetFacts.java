package io.freshet.transfer.ssh;

import io.freshet.file.Attributes;
import io.freshet.target.Capability;
import io.freshet.target.Fidelity;
import io.freshet.transfer.SetIdBits;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was learned about a target while connecting and entering the gate.
 *
 * @param largestWrite bytes of content in one WRITE
 * @param openFiles how many files may be open at a time
 * @param stagedUid owner that files made in the staging area get by themselves, -1 while unknown
 * @param modeOfLinks whether {@code lsetstat} also sets modes of files and directories, and refuses those of links
 * @param fewestToPutWhole from how many entries on new directories are sooner there whole; 0 where that cannot be done
 * @param draftSymlinks whether SYMLINK takes its arguments in the draft's order instead of OpenSSH's
 * @param fidelity what the target is to keep beyond the usual; it can, where it says so
 * @param bareStaging whether what is made in the staging area has no extended attributes by itself
 */
record TargetFacts(
        Set<Capability> capabilities,
        int largestWrite,
        int openFiles,
        int stagedUid,
        int stagedGid,
        boolean modeOfLinks,
        int fewestToPutWhole,
        boolean draftSymlinks,
        Fidelity fidelity,
        boolean bareStaging) {

    TargetFacts {
        EnumSet<Capability> copy = EnumSet.noneOf(Capability.class);
        copy.addAll(capabilities);
        capabilities = Collections.unmodifiableSet(copy);
    }

    boolean can(Capability capability) {
        return capabilities.contains(capability);
    }

    boolean isSuperuser() {
        return can(Capability.CHANGE_OWNER);
    }

    /** Returns whether a file made in the staging area must be given another owner. */
    boolean mustChangeOwner(Attributes attributes) {
        return isSuperuser() && (attributes.uid() != stagedUid || attributes.gid() != stagedGid);
    }

    /** Returns the mode to set, without set-id bits where those would lend the rights of another owner. */
    int modeToSet(Attributes attributes) {
        return SetIdBits.mode(attributes, owns(attributes));
    }

    /** Returns what is to be said of attributes that cannot be set; null if all can. */
    @Nullable
    String remark(Attributes attributes) {
        return SetIdBits.remark(attributes, owns(attributes));
    }

    private boolean owns(Attributes attributes) {
        return isSuperuser() || (attributes.uid() == stagedUid && attributes.gid() == stagedGid);
    }

    /** Makes the request for a rename, onto what is there already where the server can. */
    SftpRequest renameRequest(SftpChannel channel, byte[] from, byte[] to) {
        SftpRequest request = can(Capability.ATOMIC_RENAME)
                ? channel.extended(SftpProtocol.POSIX_RENAME)
                : channel.request(SftpProtocol.RENAME);
        return request.string(from).string(to);
    }

    /** The same target, of which more was found out. */
    TargetFacts with(Set<Capability> more, boolean bare) {
        EnumSet<Capability> all = EnumSet.noneOf(Capability.class);
        all.addAll(capabilities);
        all.addAll(more);
        return new TargetFacts(
                all,
                largestWrite,
                openFiles,
                stagedUid,
                stagedGid,
                modeOfLinks,
                fewestToPutWhole,
                draftSymlinks,
                fidelity,
                bare);
    }
}
