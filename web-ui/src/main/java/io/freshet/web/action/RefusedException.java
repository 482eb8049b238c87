package io.freshet.web.action;

/** Why something that was asked for is not done, in words for whoever asked: what, and what to do next. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;
    private final String title;

    RefusedException(Kind kind, String title, String detail) {
        super(detail);
        this.kind = kind;
        this.title = title;
    }

    /** The request itself is wrong. */
    public static RefusedException wrong(String title, String detail) {
        return new RefusedException(Kind.WRONG, title, detail);
    }

    /** What it is about does not exist. */
    public static RefusedException unknown(String title, String detail) {
        return new RefusedException(Kind.UNKNOWN, title, detail);
    }

    /** It does not fit what is there now. */
    public static RefusedException conflict(String title, String detail) {
        return new RefusedException(Kind.CONFLICT, title, detail);
    }

    /** The role does not allow it. */
    public static RefusedException forbidden(String title, String detail) {
        return new RefusedException(Kind.FORBIDDEN, title, detail);
    }

    public Kind kind() {
        return kind;
    }

    /** What was refused, in a few words; the message is the detail. */
    public String title() {
        return title;
    }

    /** Why, with the HTTP status that says so. */
    public enum Kind {
        WRONG(400),
        FORBIDDEN(403),
        UNKNOWN(404),
        CONFLICT(409);

        private final int status;

        Kind(int status) {
            this.status = status;
        }

        public int status() {
            return status;
        }
    }
}
