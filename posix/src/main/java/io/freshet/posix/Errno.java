package io.freshet.posix;

import com.sun.jna.Native;
import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import java.util.Map;

/** The kernel's error numbers (asm-generic/errno-base.h, asm-generic/errno.h) and what a person can do about them. */
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EEXIST = 17;
    public static final int EXDEV = 18;
    public static final int ENODEV = 19;
    public static final int ENOTDIR = 20;
    public static final int EINVAL = 22;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int ENOSPC = 28;
    public static final int EROFS = 30;
    public static final int ENAMETOOLONG = 36;
    public static final int ENOSYS = 38;
    public static final int ELOOP = 40;
    public static final int ENODATA = 61;
    public static final int EOPNOTSUPP = 95;
    public static final int ESTALE = 116;
    public static final int EDQUOT = 122;

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(EPERM, "EPERM"),
            Map.entry(ENOENT, "ENOENT"),
            Map.entry(EINTR, "EINTR"),
            Map.entry(EIO, "EIO"),
            Map.entry(ENXIO, "ENXIO"),
            Map.entry(EBADF, "EBADF"),
            Map.entry(EAGAIN, "EAGAIN"),
            Map.entry(ENOMEM, "ENOMEM"),
            Map.entry(EACCES, "EACCES"),
            Map.entry(EEXIST, "EEXIST"),
            Map.entry(EXDEV, "EXDEV"),
            Map.entry(ENODEV, "ENODEV"),
            Map.entry(ENOTDIR, "ENOTDIR"),
            Map.entry(EINVAL, "EINVAL"),
            Map.entry(ENFILE, "ENFILE"),
            Map.entry(EMFILE, "EMFILE"),
            Map.entry(ENOSPC, "ENOSPC"),
            Map.entry(EROFS, "EROFS"),
            Map.entry(ENAMETOOLONG, "ENAMETOOLONG"),
            Map.entry(ENOSYS, "ENOSYS"),
            Map.entry(ELOOP, "ELOOP"),
            Map.entry(ENODATA, "ENODATA"),
            Map.entry(EOPNOTSUPP, "EOPNOTSUPP"),
            Map.entry(ESTALE, "ESTALE"),
            Map.entry(EDQUOT, "EDQUOT"));

    private Errno() {}

    /** Returns the error of this thread's last native call, which returned -1. */
    static int last() {
        return Native.getLastError();
    }

    /** Returns the C library's text for an error and its symbol, for example {@code Permission denied (EACCES)}. */
    public static String text(int error) {
        return LibC.C.strerror(error) + " (" + NAMES.getOrDefault(error, "errno " + error) + ")";
    }

    /** Returns whether an error of a lookup means that there is nothing; any other error means that nobody knows. */
    static boolean meansAbsent(int error) {
        return error == ENOENT || error == ENOTDIR;
    }

    /** Returns the exception for something below a source that could not be read. */
    static FreshetException unreadable(String what, String operation, int error) {
        return new FreshetException(
                ErrorCode.SOURCE_UNREADABLE,
                "cannot " + operation + " " + what + ": " + text(error) + "; " + nextStep(error)
                        + ". It is tried again by itself");
    }

    private static String nextStep(int error) {
        return switch (error) {
            case EACCES, EPERM ->
                "give Freshet's account the right to read it (group, ACL, or the capability CAP_DAC_READ_SEARCH)";
            case EIO -> "check the disk and the kernel's log (dmesg)";
            case ESTALE -> "check the file server, or mount the source again";
            case EMFILE, ENFILE -> "allow Freshet more open files (LimitNOFILE in its systemd unit, or ulimit -n)";
            case ENAMETOOLONG -> "shorten the name";
            case ENOMEM -> "free memory on this machine";
            default -> "look at the path with ls -la on this machine";
        };
    }
}
