package io.freshet.posix;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Native memory that one thread uses again and again; nothing in it survives the next call. */
final class Scratch {
    /** Bytes that one read of content or of a directory asks for. */
    static final int BLOCK = 256 * 1024;

    private static final int STATFS_SIZE = 256;
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    final Memory statx = new Memory(Statx.SIZE);
    final ByteBuffer statxBytes = statx.getByteBuffer(0, Statx.SIZE).order(ByteOrder.nativeOrder());
    final long statxAddress = Pointer.nativeValue(statx);
    private final Memory path = new Memory(Constants.PATH_MAX);
    private final ByteBuffer pathBytes = path.getByteBuffer(0, Constants.PATH_MAX);
    final long pathAddress = Pointer.nativeValue(path);
    final Memory openHow = new Memory(Below.OPEN_HOW_SIZE);
    final Memory statfs = new Memory(STATFS_SIZE);
    final Memory link = new Memory(Constants.PATH_MAX);
    final Memory block = new Memory(BLOCK);
    final ByteBuffer blockBytes = block.getByteBuffer(0, BLOCK).order(ByteOrder.nativeOrder());

    private Scratch() {}

    static Scratch ofThread() {
        return OF_THREAD.get();
    }

    /** Puts a terminated path where {@code pathAddress} is; false if it is too long for that. */
    boolean holdPath(byte[] terminatedPath) {
        if (terminatedPath.length > Constants.PATH_MAX) {
            return false;
        }
        pathBytes.put(0, terminatedPath);
        return true;
    }
}
