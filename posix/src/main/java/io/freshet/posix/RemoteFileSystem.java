package io.freshet.posix;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A file system that is changed without the kernel here being told: from other machines, or by a process.
 *
 * @param text its name in sentences
 * @param coherent whether a look shows what is there, and not what was there a while ago
 * @param numbers {@code f_type} of {@code statfs(2)}: linux/magic.h, and for those that are not there their own headers
 * @param types in {@code /proc/self/mountinfo}
 */
record RemoteFileSystem(String text, boolean coherent, Set<Long> numbers, List<String> types) {
    static final RemoteFileSystem NFS = stale("NFS", Set.of(0x6969L), "nfs", "nfs4");

    /** Any other: who knows what is behind it, but most are local. */
    private static final RemoteFileSystem FUSE = coherent("FUSE", 0x65735546L, "fuse", "fuseblk");

    private static final List<RemoteFileSystem> ALL = List.of(
            NFS,
            stale("SMB", Set.of(0x517BL, 0xFF534D42L, 0xFE534D42L), "cifs", "smb3", "smbfs"),
            stale("9P", Set.of(0x01021997L), "9p"),
            stale("Ceph", Set.of(0x00C36400L), "ceph", "fuse.ceph", "fuse.ceph-fuse"),
            stale("AFS", Set.of(0x5346414FL, 0x6B414653L), "afs"),
            stale("Coda", Set.of(0x73757245L), "coda"),
            // lustre/lustre_user.h
            stale("Lustre", Set.of(0x0BD00BD0L), "lustre"),
            // fs/vboxsf/super.c
            stale("a VirtualBox share", Set.of(0x786F4256L), "vboxsf"),
            stale("virtiofs", Set.of(), "virtiofs"),
            stale("SSHFS", Set.of(), "fuse.sshfs"),
            stale("GlusterFS", Set.of(), "fuse.glusterfs"),
            stale("rclone", Set.of(), "fuse.rclone"),
            stale("s3fs", Set.of(), "fuse.s3fs"),
            // Disks that several machines share; linux/gfs2_ondisk.h
            coherent("OCFS2", 0x7461636FL, "ocfs2"),
            coherent("GFS2", 0x01161970L, "gfs2"),
            FUSE);

    private static RemoteFileSystem stale(String text, Set<Long> numbers, String... types) {
        return new RemoteFileSystem(text, false, numbers, List.of(types));
    }

    private static RemoteFileSystem coherent(String text, long number, String... types) {
        return new RemoteFileSystem(text, true, Set.of(number), List.of(types));
    }

    static Optional<RemoteFileSystem> ofType(String mountType) {
        Optional<RemoteFileSystem> known =
                ALL.stream().filter(one -> one.types.contains(mountType)).findFirst();
        return known.isEmpty() && mountType.startsWith("fuse.") ? Optional.of(FUSE) : known;
    }

    static Optional<RemoteFileSystem> ofNumber(long number) {
        return ALL.stream()
                .filter(one -> one.numbers.contains(number & 0xffffffffL))
                .findFirst();
    }
}
