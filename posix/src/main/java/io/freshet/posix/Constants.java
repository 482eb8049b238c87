package io.freshet.posix;

/** The numbers of the kernel's interface, each group with the header that it is from. */
final class Constants {
    // asm-generic/fcntl.h. O_DIRECTORY and O_NOFOLLOW differ on the ARM and PowerPC families.
    static final int O_RDONLY = 0;
    static final int O_WRONLY = 1;
    static final int O_CREAT = 0100;
    static final int O_EXCL = 0200;
    static final int O_NONBLOCK = 04000;
    static final int O_DIRECTORY = Machine.CURRENT.directoryFlag;
    static final int O_NOFOLLOW = Machine.CURRENT.noFollowFlag;
    static final int O_CLOEXEC = 02000000;
    static final int O_PATH = 010000000;

    // linux/fcntl.h. The paths used with AT_FDCWD are absolute.
    static final int AT_FDCWD = -100;
    static final int AT_SYMLINK_NOFOLLOW = 0x100;
    static final int AT_NO_AUTOMOUNT = 0x800;
    static final int AT_EMPTY_PATH = 0x1000;

    // linux/stat.h. MNT_ID_UNIQUE (Linux 6.8) is ignored by older kernels.
    static final int STATX_BASIC_STATS = 0x7ff;
    static final int STATX_BTIME = 0x800;
    static final int STATX_MNT_ID = 0x1000;
    static final int STATX_MNT_ID_UNIQUE = 0x4000;

    // linux/openat2.h
    static final long RESOLVE_NO_MAGICLINKS = 0x02;
    static final long RESOLVE_NO_SYMLINKS = 0x04;
    static final long RESOLVE_BENEATH = 0x08;

    /** asm-generic/unistd.h; the same number on every architecture. */
    static final long SYS_OPENAT2 = 437;

    /** asm/unistd.h of the architecture. */
    static final long SYS_GETDENTS64 = Machine.CURRENT.getdents64;

    /** linux/limits.h: the longest path that one call takes, with its NUL. */
    static final int PATH_MAX = 4096;

    private Constants() {}

    /** The architectures on which these numbers were looked up. */
    private enum Machine {
        // arch/x86/entry/syscalls/syscall_64.tbl
        X86_64(217, 0200000, 0400000),
        // asm-generic/unistd.h; arch/arm64/include/uapi/asm/fcntl.h
        AARCH64(61, 040000, 0100000),
        // asm-generic/unistd.h
        RISCV64(61, 0200000, 0400000);

        private static final Machine CURRENT = current();

        private final long getdents64;
        private final int directoryFlag;
        private final int noFollowFlag;

        Machine(long getdents64, int directoryFlag, int noFollowFlag) {
            this.getdents64 = getdents64;
            this.directoryFlag = directoryFlag;
            this.noFollowFlag = noFollowFlag;
        }

        private static Machine current() {
            String name = System.getProperty("os.arch", "");
            return switch (name) {
                case "amd64", "x86_64" -> X86_64;
                case "aarch64", "arm64" -> AARCH64;
                case "riscv64" -> RISCV64;
                default ->
                    throw new UnsupportedOperationException("Freshet reads sources on Linux on x86-64, ARM64 and RISC-V"
                            + " (64 bit); this machine is '" + name + "'");
            };
        }
    }
}
