package io.freshet.transfer.ssh;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One request packet while it is put together: length, type, id, then what the methods add. Made by {@link
 * SftpChannel#request}, which reuses one object; used by one thread.
 */
final class SftpRequest {
    private static final int HEADER = 4 + 1 + 4;

    private byte[] bytes = new byte[1024];
    private int length;
    private int id;
    private long deadlineNanos;

    SftpRequest reset(int type, int newId) {
        length = 4;
        id = newId;
        deadlineNanos = 0;
        put(type);
        return number(newId);
    }

    int id() {
        return id;
    }

    SftpRequest number(int value) {
        ensure(4);
        bytes[length++] = (byte) (value >>> 24);
        bytes[length++] = (byte) (value >>> 16);
        bytes[length++] = (byte) (value >>> 8);
        bytes[length++] = (byte) value;
        return this;
    }

    SftpRequest longNumber(long value) {
        return number((int) (value >>> 32)).number((int) value);
    }

    SftpRequest text(String ascii) {
        return string(ascii.getBytes(StandardCharsets.US_ASCII));
    }

    SftpRequest string(byte[] value) {
        return string(value, 0, value.length);
    }

    SftpRequest string(byte[] value, int offset, int count) {
        number(count);
        ensure(count);
        System.arraycopy(value, offset, bytes, length, count);
        length += count;
        return this;
    }

    SftpRequest noAttributes() {
        return number(0);
    }

    SftpRequest owner(int uid, int gid) {
        return number(SftpProtocol.HAS_OWNER).number(uid).number(gid);
    }

    SftpRequest mode(int mode) {
        return number(SftpProtocol.HAS_MODE).number(mode);
    }

    /** Mode and both times; access time is set to the modification time, for the protocol sets either both or none. */
    SftpRequest modeAndTime(int mode, long mtimeNanos) {
        number(SftpProtocol.HAS_MODE | SftpProtocol.HAS_TIMES).number(mode);
        int seconds = seconds(mtimeNanos);
        return number(seconds).number(seconds);
    }

    SftpRequest time(long mtimeNanos) {
        int seconds = seconds(mtimeNanos);
        return number(SftpProtocol.HAS_TIMES).number(seconds).number(seconds);
    }

    /** Tells that the answer may take as long as flushing a large file does. */
    SftpRequest patient() {
        deadlineNanos = SftpChannel.FLUSH_DEADLINE.toNanos();
        return this;
    }

    long deadlineNanos(long usual) {
        return Math.max(deadlineNanos, usual);
    }

    /** Completes the length field; the packet is then the first {@link #length()} of {@link #array()}. */
    void seal() {
        int size = length - 4;
        bytes[0] = (byte) (size >>> 24);
        bytes[1] = (byte) (size >>> 16);
        bytes[2] = (byte) (size >>> 8);
        bytes[3] = (byte) size;
    }

    byte[] array() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** Returns how many bytes a WRITE adds to its data, for a handle of the longest size the protocol allows. */
    static int writeOverhead() {
        return HEADER + 4 + 256 + 8 + 4;
    }

    /** Whole seconds in the protocol's unsigned 32 bits; what lies outside (before 1970, after 2106) is clamped. */
    static int seconds(long nanos) {
        return (int) Math.max(0, Math.min(0xffffffffL, Math.floorDiv(nanos, 1_000_000_000L)));
    }

    private void put(int octet) {
        ensure(1);
        bytes[length++] = (byte) octet;
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
