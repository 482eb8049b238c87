package io.freshet.target;

import io.freshet.file.ExtendedAttributes.Selection;

/**
 * What a target is to keep beyond type, mode, owner, time, symlinks and hard links; options of the target of these names, {@code
 * true} or absent.
 *
 * @param xattrs extended attributes
 * @param acls POSIX ACLs
 * @param sparse holes in files where their content is zeros
 * @param devices FIFOs and device nodes
 */
public record Fidelity(boolean xattrs, boolean acls, boolean sparse, boolean devices) {
    public static final String XATTRS = "xattrs";
    public static final String ACLS = "acls";
    public static final String SPARSE = "sparse";
    public static final String DEVICES = "devices";

    /** What the options of an address ask for. */
    public static Fidelity of(TargetAddress address) {
        return new Fidelity(isOn(address, XATTRS), isOn(address, ACLS), isOn(address, SPARSE), isOn(address, DEVICES));
    }

    private static boolean isOn(TargetAddress address, String option) {
        return Boolean.parseBoolean(address.option(option));
    }

    /** Returns whether there is something to keep that a stream of plain members does not carry. */
    public boolean isMoreThanStreamed() {
        return xattrs || acls || sparse;
    }

    /** Returns which extended attributes are delivered. */
    public Selection extended() {
        return new Selection(xattrs, acls);
    }
}
