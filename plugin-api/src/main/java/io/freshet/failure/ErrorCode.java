package io.freshet.failure;

/** Why something did not work, in the closed set on which retries and pages decide. */
public enum ErrorCode {
    /** The target's host did not answer, refused the connection or could not be resolved. */
    TARGET_UNREACHABLE(Kind.TRANSIENT),
    /** The connection broke while in use, or answered too late. */
    CONNECTION_LOST(Kind.TRANSIENT),
    /** The target has no space, or the account no quota, left. */
    TARGET_FULL(Kind.TRANSIENT),
    /** The target's file system is mounted read-only. */
    TARGET_READ_ONLY(Kind.TRANSIENT),
    /** The source object changed while it was looked at or read; look again. */
    SOURCE_CHANGED(Kind.TRANSIENT),
    /** The source could not be read for a reason other than absence. */
    SOURCE_UNREADABLE(Kind.TRANSIENT),
    /** Another process owns the target's lease now; nothing may be done any more. */
    LEASE_LOST(Kind.TRANSIENT),
    /** What the target holds is not what was sent there; it is sent again. */
    CONTENT_DIFFERS(Kind.TRANSIENT),
    /** The work was stopped on request before it was finished. */
    STOPPED(Kind.TRANSIENT),
    /** The database did not answer, or broke a transaction off. */
    DATABASE_UNAVAILABLE(Kind.TRANSIENT),
    /** A directory that must be there first is missing on the target; it is delivered first. */
    PARENT_MISSING(Kind.TRANSIENT),
    /** The path is in the way of itself on the target: not empty, or of another type. */
    TARGET_CONFLICT(Kind.TRANSIENT),

    /** The target's account may not do this to this path. */
    PERMISSION_DENIED(Kind.PERMANENT),
    /** The target refuses the name (too long, or not representable). */
    NAME_REFUSED(Kind.PERMANENT),
    /** The target cannot hold this type of object, or the option needs what it does not have. */
    UNSUPPORTED(Kind.PERMANENT),
    /** The target answered something that fits no other code. */
    TARGET_FAILURE(Kind.PERMANENT),
    /** The database cannot hold a row as it is. */
    DATABASE_REFUSED(Kind.PERMANENT),

    /** The configuration is wrong; a person has to change it. */
    CONFIGURATION_INVALID(Kind.CONFIGURATION),
    /** The source root is not what it should be: missing, empty or replaced. */
    SOURCE_ROOT_SUSPECT(Kind.CONFIGURATION),
    /** The target root is missing, or marked as another's. */
    TARGET_ROOT_SUSPECT(Kind.CONFIGURATION),

    /** The host's key is not in the known hosts file. */
    HOST_KEY_UNKNOWN(Kind.SECURITY),
    /** The host's key is not the one that the known hosts file has. */
    HOST_KEY_CHANGED(Kind.SECURITY),
    /** The target did not accept the account's key. */
    AUTHENTICATION_FAILED(Kind.SECURITY),
    /** A path leads through a symlink where a directory should be, and so outside its root perhaps. */
    OUTSIDE_ROOT(Kind.SECURITY);

    /** What a failure means for the next try. */
    public enum Kind {
        /** Goes away by itself; tried again with back-off. */
        TRANSIENT,
        /** Stays until the path, the source or the target is changed; tried again slowly, listed at once. */
        PERMANENT,
        /** A person must change the configuration or decide a hold. */
        CONFIGURATION,
        /** A person must decide whether this is an attack. */
        SECURITY
    }

    private final Kind kind;

    ErrorCode(Kind kind) {
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** Returns whether the whole connection is in question, rather than one path. */
    public boolean concernsWholeTarget() {
        return switch (this) {
            case TARGET_UNREACHABLE,
                    CONNECTION_LOST,
                    TARGET_FULL,
                    TARGET_READ_ONLY,
                    LEASE_LOST,
                    STOPPED,
                    DATABASE_UNAVAILABLE,
                    CONFIGURATION_INVALID,
                    SOURCE_ROOT_SUSPECT,
                    TARGET_ROOT_SUSPECT,
                    HOST_KEY_UNKNOWN,
                    HOST_KEY_CHANGED,
                    AUTHENTICATION_FAILED -> true;
            default -> false;
        };
    }
}
