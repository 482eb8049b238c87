package io.freshet.transfer.ssh;

import io.freshet.file.Attributes;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A stream of files, directories and symlinks in the format that GNU tar writes and every tar of Linux reads (GNU tar manual,
 * "GNU tar Archive Format"): names are bytes, those of over 100 go before their member as a member of their own.
 *
 * <p>Used by one thread.
 */
final class TarStream {
    private static final int BLOCK = 512;
    /** What goes into one SSH packet. */
    private static final int BUFFER = 32 * 1024;

    private static final int NAME_AT = 0;
    private static final int MODE_AT = 100;
    private static final int UID_AT = 108;
    private static final int GID_AT = 116;
    private static final int SIZE_AT = 124;
    private static final int MTIME_AT = 136;
    private static final int CHECKSUM_AT = 148;
    private static final int TYPE_AT = 156;
    private static final int LINK_AT = 157;
    private static final int MAGIC_AT = 257;
    private static final int ID_LENGTH = 8;
    private static final int NUMBER_LENGTH = 12;
    private static final int LONGEST_NAME = 100;
    private static final byte[] MAGIC = "ustar  \0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LONG_NAME = "././@LongLink".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NOTHING = new byte[0];

    private final OutputStream out;
    private final byte[] header = new byte[BLOCK];
    private final byte[] padding = new byte[BLOCK];

    TarStream(OutputStream out) {
        this.out = new BufferedOutputStream(out, BUFFER);
    }

    /**
     * What a member is beside its name and content.
     *
     * @param mtime seconds since the epoch, not negative
     */
    record Member(int mode, int uid, int gid, long mtime) {
        /** @param mode what is to be set of the attributes' mode */
        static Member of(Attributes attributes, int mode) {
            return new Member(
                    mode,
                    attributes.uid(),
                    attributes.gid(),
                    Integer.toUnsignedLong(SftpRequest.seconds(attributes.mtimeNanos())));
        }
    }

    void directory(byte[] name, Member member) throws IOException {
        begin('5', name, NOTHING, member, 0);
    }

    void symlink(byte[] name, byte[] linkTarget, Member member) throws IOException {
        begin('2', name, linkTarget, member, 0);
    }

    void file(byte[] name, Member member, byte[] content, int length) throws IOException {
        begin('0', name, NOTHING, member, length);
        content(content, length);
    }

    /** Ends the archive and sends what is left of it. */
    void end() throws IOException {
        out.write(padding);
        out.write(padding);
        out.flush();
    }

    private void begin(char type, byte[] name, byte[] linkTarget, Member member, long size) throws IOException {
        longName('K', linkTarget);
        longName('L', name);
        header(type, name, linkTarget, member, size);
    }

    private void longName(char type, byte[] name) throws IOException {
        if (name.length > LONGEST_NAME) {
            header(type, LONG_NAME, NOTHING, new Member(0, 0, 0, 0), name.length + 1);
            content(Arrays.copyOf(name, name.length + 1), name.length + 1);
        }
    }

    private void header(char type, byte[] name, byte[] linkTarget, Member member, long size) throws IOException {
        Arrays.fill(header, (byte) 0);
        System.arraycopy(name, 0, header, NAME_AT, Math.min(name.length, LONGEST_NAME));
        number(MODE_AT, ID_LENGTH, member.mode());
        number(UID_AT, ID_LENGTH, Integer.toUnsignedLong(member.uid()));
        number(GID_AT, ID_LENGTH, Integer.toUnsignedLong(member.gid()));
        number(SIZE_AT, NUMBER_LENGTH, size);
        number(MTIME_AT, NUMBER_LENGTH, member.mtime());
        header[TYPE_AT] = (byte) type;
        System.arraycopy(linkTarget, 0, header, LINK_AT, Math.min(linkTarget.length, LONGEST_NAME));
        System.arraycopy(MAGIC, 0, header, MAGIC_AT, MAGIC.length);
        Arrays.fill(header, CHECKSUM_AT, TYPE_AT, (byte) ' ');
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        octal(CHECKSUM_AT, ID_LENGTH - 1, sum);
        out.write(header);
    }

    /** In octal digits where those suffice, else in base 256 with the first bit set. */
    private void number(int at, int length, long value) {
        if (value >>> (3 * (length - 1)) == 0) {
            octal(at, length, value);
            return;
        }
        long rest = value;
        for (int i = at + length - 1; i > at; i--) {
            header[i] = (byte) rest;
            rest >>>= 8;
        }
        header[at] = (byte) 0x80;
    }

    /** Digits to the last but one, which is followed by a NUL. */
    private void octal(int at, int length, long value) {
        long rest = value;
        for (int i = at + length - 2; i >= at; i--) {
            header[i] = (byte) ('0' + (rest & 7));
            rest >>>= 3;
        }
        header[at + length - 1] = 0;
    }

    private void content(byte[] bytes, int length) throws IOException {
        out.write(bytes, 0, length);
        out.write(padding, 0, (BLOCK - length % BLOCK) % BLOCK);
    }
}
