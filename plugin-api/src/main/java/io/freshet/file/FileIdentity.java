package io.freshet.file;

/**
 * What makes an object on a file system itself, whatever it is called: file system, inode number and birth time.
 *
 * <p>An inode number alone proves nothing: ext4 gives it to the next file at once. The birth time tells the two apart
 * ({@code statx(2)}, {@code stx_btime}).
 *
 * @param fileSystem the file system's id ({@code statfs(2)}, {@code f_fsid}), stable while it is mounted
 * @param inode the inode number
 * @param birthNanos birth time in nanoseconds since the epoch, or 0 where the file system keeps none; such an identity
 *     proves no move
 */
public record FileIdentity(long fileSystem, long inode, long birthNanos) {
    /** Returns whether equality with another identity proves that the two are one object. */
    public boolean provesSameness() {
        return birthNanos != 0;
    }
}
