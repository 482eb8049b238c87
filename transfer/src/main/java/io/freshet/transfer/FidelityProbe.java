package io.freshet.transfer;

import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.file.ExtendedAttributes;
import io.freshet.file.ExtendedAttributes.Selection;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;

/** What is tried in a staging area to see whether a target keeps what its options ask for, and what is said if it does not. */
public final class FidelityProbe {
    private static final String XATTR = "user.freshet.probe";
    private static final String ACL = "system.posix_acl_access";

    // linux/posix_acl_xattr.h, linux/posix_acl.h
    private static final int ACL_VERSION = 2;
    private static final int USER_OBJ = 0x01;
    private static final int USER = 0x02;
    private static final int GROUP_OBJ = 0x04;
    private static final int MASK = 0x10;
    private static final int OTHER = 0x20;
    private static final int NOBODY = -1;
    private static final int SOMEBODY = 1;
    private static final int READ = 4;
    private static final int READ_WRITE = 6;

    private FidelityProbe() {}

    /** Returns extended attributes for a file of mode 0640, to set and to read back. */
    public static ExtendedAttributes attributes(Selection selection) {
        Map<String, byte[]> values = new TreeMap<>();
        if (selection.xattrs()) {
            values.put(XATTR, new byte[] {0, '=', (byte) 0xff});
        }
        if (selection.acls()) {
            ByteBuffer acl = ByteBuffer.allocate(4 + 5 * 8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(ACL_VERSION);
            entry(acl, USER_OBJ, READ_WRITE, NOBODY);
            entry(acl, USER, READ, SOMEBODY);
            entry(acl, GROUP_OBJ, READ, NOBODY);
            entry(acl, MASK, READ, NOBODY);
            entry(acl, OTHER, 0, NOBODY);
            values.put(ACL, acl.array());
        }
        return ExtendedAttributes.of(selection, values);
    }

    private static void entry(ByteBuffer acl, int tag, int permissions, int id) {
        acl.putShort((short) tag).putShort((short) permissions).putInt(id);
    }

    /**
     * Returns the refusal of a target that cannot do what its options ask for.
     *
     * @param options as they are in the configuration, for example {@code xattrs}
     * @param missing what it lacks, and what to do about that, up to "or"
     */
    public static FreshetException refusal(String target, String options, String missing) {
        return new FreshetException(
                ErrorCode.CONFIGURATION_INVALID,
                "target '" + target + "': it cannot have " + options + ": true, for " + missing + ", or take " + options
                        + " out of the configuration");
    }
}
