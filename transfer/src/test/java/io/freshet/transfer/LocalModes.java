package io.freshet.transfer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Modes of files of this machine, as numbers. */
public final class LocalModes {
    private LocalModes() {}

    public static void set(Path file, int mode) throws IOException {
        Files.setAttribute(file, "unix:mode", mode);
    }

    public static int of(Path file) throws IOException {
        return (Integer) Files.getAttribute(file, "unix:mode") & 07777;
    }
}
