package io.freshet.file;

import io.freshet.path.TextForm;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The extended attributes of a path that are delivered (xattr(7)), POSIX ACLs among them (acl(5)): Linux keeps those as {@code
 * system.posix_acl_access} and {@code system.posix_acl_default}.
 *
 * <p>A value; two are equal if their digests are. What a target was given is remembered by its digest only.
 */
public final class ExtendedAttributes {
    /** Nobody asked for any: what a target has is left alone. It is another thing than that there are none. */
    public static final ExtendedAttributes NOT_ASKED =
            new ExtendedAttributes(new byte[0], Collections.emptySortedMap());

    private static final int DIGEST_BYTES = 16;

    private final byte[] digest;
    private final SortedMap<String, byte[]> values;

    private ExtendedAttributes(byte[] digest, SortedMap<String, byte[]> values) {
        this.digest = digest;
        this.values = values;
    }

    /**
     * Which of them are looked at.
     *
     * @param xattrs those of users and, for the superuser, of the system, but no ACLs
     * @param acls POSIX ACLs
     */
    public record Selection(boolean xattrs, boolean acls) {
        /** None at all. */
        public static final Selection NOTHING = new Selection(false, false);

        private static final String ACLS = "system.posix_acl_";

        public boolean isEmpty() {
            return !xattrs && !acls;
        }

        /**
         * Returns whether an attribute is one of those.
         *
         * @param superuser whether whoever reads or sets it is: an ordinary account has {@code user.} to itself, as in rsync
         */
        public boolean covers(String name, boolean superuser) {
            if (name.startsWith(ACLS)) {
                return acls;
            }
            // A host's own policy gives the labels of SELinux.
            boolean system =
                    name.startsWith("trusted.") || (name.startsWith("security.") && !name.equals("security.selinux"));
            return xattrs && (name.startsWith("user.") || (superuser && system));
        }

        /** Returns those of some attributes, by their names, that are {@linkplain #covers covered}. */
        public SortedMap<String, byte[]> covered(Map<String, byte[]> attributes, boolean superuser) {
            SortedMap<String, byte[]> covered = new TreeMap<>(attributes);
            covered.keySet().removeIf(name -> !covers(name, superuser));
            return covered;
        }
    }

    /**
     * Returns what was found when a selection was looked for.
     *
     * @param values by their names in {@linkplain TextForm text form}
     */
    public static ExtendedAttributes of(Selection selection, Map<String, byte[]> values) {
        if (selection.isEmpty()) {
            return NOT_ASKED;
        }
        SortedMap<String, byte[]> sorted = new TreeMap<>(values);
        byte asked = (byte) ((selection.xattrs() ? 1 : 0) | (selection.acls() ? 2 : 0));
        if (sorted.isEmpty()) {
            return new ExtendedAttributes(new byte[] {asked}, sorted);
        }
        MessageDigest sha = ContentHash.newDigest();
        sha.update(asked);
        sorted.forEach((name, value) -> {
            add(sha, TextForm.decode(name));
            add(sha, value);
        });
        return new ExtendedAttributes(Arrays.copyOf(sha.digest(), DIGEST_BYTES), sorted);
    }

    /** Returns those with a digest, of which no values are known. */
    public static ExtendedAttributes ofDigest(byte[] digest) {
        return digest.length == 0 ? NOT_ASKED : new ExtendedAttributes(digest.clone(), Collections.emptySortedMap());
    }

    private static void add(MessageDigest sha, byte[] bytes) {
        sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
        sha.update(bytes);
    }

    /** Returns the values by their names in text form, in order; not to be changed. */
    public SortedMap<String, byte[]> values() {
        return Collections.unmodifiableSortedMap(values);
    }

    /** Returns what stands for them: no bytes if nobody asked, one if there are none. */
    public byte[] digest() {
        return digest.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ExtendedAttributes same && Arrays.equals(same.digest, digest);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(digest);
    }

    @Override
    public String toString() {
        return values.isEmpty()
                ? "extended " + HexFormat.of().formatHex(digest)
                : values.keySet().toString();
    }
}
