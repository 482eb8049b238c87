package io.freshet.cli;

/** What a command's exit status says. */
public enum ExitCode {
    /** Done; for {@code wait} and {@code where}: arrived. */
    OK(0, "done"),
    /** It did not work, or not wholly. */
    FAILED(1, "failed or incomplete"),
    /** The command line or the configuration file is wrong; nothing was started or changed. */
    USAGE(2, "wrong usage or configuration"),
    /** No server answers, or it does not let this user in. */
    UNREACHABLE(3, "server not reachable"),
    /** What was waited for is held or has failed, so that waiting longer would not help. */
    HELD(4, "held or failed, as far as 'wait' asked"),
    /** Time was up first. */
    TIMED_OUT(5, "time-out");

    private final int status;
    private final String meaning;

    ExitCode(int status, String meaning) {
        this.status = status;
        this.meaning = meaning;
    }

    /** Returns the process's exit status. */
    public int status() {
        return status;
    }

    /** Returns what it means, for {@code --help}. */
    public String meaning() {
        return meaning;
    }
}
