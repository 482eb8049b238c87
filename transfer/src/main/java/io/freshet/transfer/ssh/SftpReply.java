package io.freshet.transfer.ssh;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** One packet from the server, read from front to back; reading past its end throws a BufferUnderflowException. */
final class SftpReply {
    private static final int LONGEST_SHOWN_MESSAGE = 200;

    private final ByteBuffer body;
    private final int type;
    private final int id;

    SftpReply(byte[] packet) {
        body = ByteBuffer.wrap(packet);
        type = body.get() & 0xff;
        id = type == SftpProtocol.VERSION_REPLY ? 0 : body.getInt();
    }

    int type() {
        return type;
    }

    int id() {
        return id;
    }

    boolean hasMore() {
        return body.hasRemaining();
    }

    int number() {
        return body.getInt();
    }

    long longNumber() {
        return body.getLong();
    }

    byte[] string() {
        int length = body.getInt();
        if (length < 0 || length > body.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] value = new byte[length];
        body.get(value);
        return value;
    }

    SftpAttributes attributes() {
        int flags = body.getInt();
        long size = (flags & SftpProtocol.HAS_SIZE) != 0 ? body.getLong() : 0;
        boolean owner = (flags & SftpProtocol.HAS_OWNER) != 0;
        int uid = owner ? body.getInt() : -1;
        int gid = owner ? body.getInt() : -1;
        int mode = (flags & SftpProtocol.HAS_MODE) != 0 ? body.getInt() : 0;
        long mtime = 0;
        if ((flags & SftpProtocol.HAS_TIMES) != 0) {
            body.getInt();
            mtime = body.getInt() & 0xffffffffL;
        }
        if ((flags & SftpProtocol.HAS_EXTENDED) != 0) {
            for (int pairs = body.getInt(); pairs > 0; pairs--) {
                string();
                string();
            }
        }
        return new SftpAttributes(size, uid, gid, mode, mtime);
    }

    boolean isOk() {
        return type == SftpProtocol.STATUS && body.getInt(body.position()) == SftpProtocol.STATUS_OK;
    }

    /** Returns the status of a STATUS packet; of any other packet FAILURE, for it is not the answer that was due. */
    Status status() {
        if (type != SftpProtocol.STATUS) {
            return new Status(SftpProtocol.STATUS_FAILURE, "a reply of type " + type + " that was not due");
        }
        int code = body.getInt(body.position());
        ByteBuffer rest = body.duplicate();
        rest.getInt();
        String message = "";
        if (rest.remaining() >= 4) {
            byte[] text =
                    new byte[Math.min(Math.max(0, rest.getInt()), Math.min(rest.remaining(), LONGEST_SHOWN_MESSAGE))];
            rest.get(text);
            message = new String(text, StandardCharsets.UTF_8);
        }
        return new Status(code, message);
    }

    /** A status code and the server's words for it. */
    record Status(int code, String message) {
        @Override
        public String toString() {
            return "SFTP status " + code + (message.isEmpty() ? "" : ", " + message);
        }
    }
}
