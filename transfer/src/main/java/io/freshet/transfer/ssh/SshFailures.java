package io.freshet.transfer.ssh;

/** What the library's failures say, in words. */
final class SshFailures {
    private SshFailures() {}

    static String reason(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }
}
