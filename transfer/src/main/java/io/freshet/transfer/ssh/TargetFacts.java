package io.freshet.transfer.ssh;

import io.freshet.file.Attributes;
import io.freshet.target.Capability;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * What was learned about a target while connecting and entering the gate.
 *
 * @param largestWrite bytes of content in one WRITE
 * @param openFiles how many files may be open at a time
 * @param stagedUid owner that files made in the staging area get by themselves, -1 while unknown
 * @param modeOfLinks whether {@code lsetstat} also sets modes of files and directories, and refuses those of links
 * @param fewestToPutWhole from how many entries on new directories are sooner there whole; 0 where that cannot be done
 * @param draftSymlinks whether SYMLINK takes its arguments in the draft's order instead of OpenSSH's
 */
record TargetFacts(
        Set<Capability> capabilities,
        int largestWrite,
        int openFiles,
        int stagedUid,
        int stagedGid,
        boolean modeOfLinks,
        int fewestToPutWhole,
        boolean draftSymlinks) {

    private static final int SET_ID_BITS = 06000;

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

    /** Returns the mode to set: set-id bits lend the owner's rights, so they go where the owner cannot be set. */
    int modeToSet(Attributes attributes) {
        return isSuperuser() ? attributes.mode() : attributes.mode() & ~SET_ID_BITS;
    }
}
