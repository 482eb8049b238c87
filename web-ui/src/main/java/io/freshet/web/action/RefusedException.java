package io.freshet.web.action;

import io.freshet.policy.InvalidPolicyException;
import java.util.List;

/** Why something that was asked for is not done, in words for whoever asked: what, and what to do next. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;
    private final String title;
    private final transient List<InvalidPolicyException.Problem> problems;

    RefusedException(Kind kind, String title, String detail) {
        this(kind, title, detail, List.of());
    }

    private RefusedException(Kind kind, String title, String detail, List<InvalidPolicyException.Problem> problems) {
        super(detail);
        this.problems = List.copyOf(problems);
        this.kind = kind;
        this.title = title;
    }

    /** The request itself is wrong. */
    public static RefusedException wrong(String title, String detail) {
        return new RefusedException(Kind.WRONG, title, detail);
    }

    /** The request itself is wrong, in these places. */
    public static RefusedException wrong(String title, String detail, List<InvalidPolicyException.Problem> problems) {
        return new RefusedException(Kind.WRONG, title, detail, problems);
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

    /** Where the request is wrong, if it has such places. */
    public List<InvalidPolicyException.Problem> problems() {
        return problems;
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
