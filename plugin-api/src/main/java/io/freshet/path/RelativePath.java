package io.freshet.path;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A path below a source root or a target root, as the bytes that the kernel has; the empty path is the root itself.
 *
 * <p>Components are separated by {@code /}; none is empty, {@code .} or {@code ..}, none holds a NUL. Ordered by unsigned
 * bytes. Immutable.
 */
public final class RelativePath implements Comparable<RelativePath> {
    /** The root itself. */
    public static final RelativePath ROOT = new RelativePath(new byte[0]);

    /** The name reserved at every depth for Freshet's own files; never replicated. */
    public static final String RESERVED_NAME = ".freshet";

    private static final byte[] RESERVED_BYTES = {'.', 'f', 'r', 'e', 's', 'h', 'e', 't'};

    private final byte[] bytes;

    private RelativePath(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Returns the path with these bytes.
     *
     * @throws IllegalArgumentException if a component is empty, {@code .} or {@code ..}, or holds a NUL
     */
    public static RelativePath of(byte[] bytes) {
        if (bytes.length == 0) {
            return ROOT;
        }
        int start = 0;
        for (int i = 0; i <= bytes.length; i++) {
            if (i == bytes.length || bytes[i] == '/') {
                requireName(bytes, start, i);
                start = i + 1;
            }
        }
        return new RelativePath(bytes.clone());
    }

    /**
     * Returns the path whose {@linkplain TextForm text form} is {@code text}.
     *
     * @throws IllegalArgumentException if {@code text} is no text form, or not of a valid path
     */
    public static RelativePath parse(String text) {
        return of(TextForm.decode(text));
    }

    private static void requireName(byte[] bytes, int from, int to) {
        int length = to - from;
        boolean dots =
                (length == 1 && bytes[from] == '.') || (length == 2 && bytes[from] == '.' && bytes[from + 1] == '.');
        boolean nul = false;
        for (int i = from; i < to; i++) {
            nul |= bytes[i] == 0;
        }
        if (length == 0 || dots || nul) {
            throw new IllegalArgumentException("'" + TextForm.encode(bytes)
                    + "' is not a path below a root: no component may be empty, '.', '..' or hold a NUL");
        }
    }

    public boolean isRoot() {
        return bytes.length == 0;
    }

    /** Returns a copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Returns how many bytes the path has; 0 for the root. */
    public int length() {
        return bytes.length;
    }

    /** Returns the byte at {@code index}, from 0 to {@link #length()} exclusive, without a copy of the others. */
    public byte byteAt(int index) {
        return bytes[index];
    }

    /** Returns the last component, or an empty array for the root. */
    public byte[] name() {
        return Arrays.copyOfRange(bytes, lastSlash() + 1, bytes.length);
    }

    /** Returns the path of the directory that holds this one; the root's parent is the root. */
    public RelativePath parent() {
        int slash = lastSlash();
        return slash < 0 ? ROOT : new RelativePath(Arrays.copyOf(bytes, slash));
    }

    /** Returns the directories above this path, the nearest first and the root last; none for the root. */
    public List<RelativePath> ancestors() {
        List<RelativePath> above = new ArrayList<>();
        for (RelativePath at = this; !at.isRoot(); at = at.parent()) {
            above.add(at.parent());
        }
        return above;
    }

    /** Returns the path of {@code name}, one component, inside this directory. */
    public RelativePath child(byte[] name) {
        for (byte b : name) {
            if (b == '/') {
                throw new IllegalArgumentException("'" + TextForm.encode(name) + "' is more than one component");
            }
        }
        requireName(name, 0, name.length);
        if (isRoot()) {
            return new RelativePath(name.clone());
        }
        byte[] joined = Arrays.copyOf(bytes, bytes.length + 1 + name.length);
        joined[bytes.length] = '/';
        System.arraycopy(name, 0, joined, bytes.length + 1, name.length);
        return new RelativePath(joined);
    }

    /** Returns this path's place when its ancestor {@code from} is called {@code to}. */
    public RelativePath moved(RelativePath from, RelativePath to) {
        if (!isAtOrBelow(from)) {
            throw new IllegalArgumentException("'" + this + "' is not below '" + from + "'");
        }
        if (equals(from)) {
            return to;
        }
        byte[] rest = Arrays.copyOfRange(bytes, from.isRoot() ? 0 : from.bytes.length + 1, bytes.length);
        if (to.isRoot()) {
            return new RelativePath(rest);
        }
        byte[] joined = Arrays.copyOf(to.bytes, to.bytes.length + 1 + rest.length);
        joined[to.bytes.length] = '/';
        System.arraycopy(rest, 0, joined, to.bytes.length + 1, rest.length);
        return new RelativePath(joined);
    }

    /** Returns whether this is {@code ancestor} or lies below it, comparing whole components. */
    public boolean isAtOrBelow(RelativePath ancestor) {
        int length = ancestor.bytes.length;
        return length == 0
                || (bytes.length >= length
                        && Arrays.equals(bytes, 0, length, ancestor.bytes, 0, length)
                        && (bytes.length == length || bytes[length] == '/'));
    }

    /** Returns how many components the path has; 0 for the root. */
    public int depth() {
        if (isRoot()) {
            return 0;
        }
        int depth = 1;
        for (byte b : bytes) {
            if (b == '/') {
                depth++;
            }
        }
        return depth;
    }

    /** Returns whether a component is {@value #RESERVED_NAME}, which is never replicated. */
    public boolean isReserved() {
        int start = 0;
        for (int i = 0; i <= bytes.length; i++) {
            if (i == bytes.length || bytes[i] == '/') {
                if (Arrays.equals(bytes, start, i, RESERVED_BYTES, 0, RESERVED_BYTES.length)) {
                    return true;
                }
                start = i + 1;
            }
        }
        return false;
    }

    private int lastSlash() {
        for (int i = bytes.length - 1; i >= 0; i--) {
            if (bytes[i] == '/') {
                return i;
            }
        }
        return -1;
    }

    @Override
    public int compareTo(RelativePath other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RelativePath path && Arrays.equals(bytes, path.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Returns the {@linkplain TextForm text form}. */
    @Override
    public String toString() {
        return TextForm.encode(bytes);
    }
}
