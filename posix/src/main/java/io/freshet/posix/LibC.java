package io.freshet.posix;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

/**
 * The functions of the C library that Freshet reads and marks sources with, and fills local targets; {@code Native.getLastError()} tells why one
 * returned -1. Paths are NUL-terminated bytes. Sizes are those of a 64-bit system.
 */
interface LibC extends Library {
    LibC C = Native.load(LibC.class);

    // open(2), openat(2): variadic in C; integers travel in the same registers either way.
    int open(byte[] path, int flags, int mode);

    int openat(int directory, byte[] path, int flags, int mode);

    int close(int descriptor);

    int statx(int directory, byte[] path, int flags, int mask, Pointer buffer);

    int fstatfs(int descriptor, Pointer buffer);

    long readlinkat(int directory, byte[] path, Pointer buffer, long size);

    long pread(int descriptor, Pointer buffer, long size, long offset);

    long write(int descriptor, byte[] buffer, long size);

    int fsync(int descriptor);

    int fchmod(int descriptor, int mode);

    int mkdirat(int directory, byte[] path, int mode);

    int unlinkat(int directory, byte[] path, int flags);

    int linkat(int oldDirectory, byte[] oldPath, int newDirectory, byte[] newPath, int flags);

    int renameat(int oldDirectory, byte[] oldPath, int newDirectory, byte[] newPath);

    // xattr(7); all follow links.
    long listxattr(byte[] path, Pointer names, long size);

    long getxattr(byte[] path, byte[] name, Pointer value, long size);

    int setxattr(byte[] path, byte[] name, byte[] value, long size, int flags);

    int removexattr(byte[] path, byte[] name);

    int mknod(byte[] path, int mode, long device);

    int chmod(byte[] path, int mode);

    int fchownat(int directory, byte[] path, int uid, int gid, int flags);

    /** Two {@code struct timespec}: access and modification, seconds and nanoseconds each. */
    int utimensat(int directory, byte[] path, long[] times, int flags);

    int geteuid();

    /** {@code openat2(2)}, for which the C library has no wrapper. */
    long syscall(long number, long directory, byte[] path, Pointer how, long howSize);

    /** {@code getdents64(2)}, whose wrapper is missing from older C libraries. */
    long syscall(long number, long directory, Pointer buffer, long size);

    String strerror(int error);
}
