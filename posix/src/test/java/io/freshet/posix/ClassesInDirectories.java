package io.freshet.posix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * Loads every class that lies in a directory of the class path, once: a thread that reaches files as an ordinary user can
 * load none from a clone that only its owner may enter, and a class that was not found once is never found again.
 */
final class ClassesInDirectories {
    private static final AtomicBoolean DONE = new AtomicBoolean();
    private static final String SUFFIX = ".class";

    private ClassesInDirectories() {}

    static void load() {
        if (DONE.getAndSet(true)) {
            return;
        }
        try {
            for (URL root : Collections.list(ClassLoader.getSystemResources(""))) {
                if (root.getProtocol().equals("file")) {
                    loadBelow(Path.of(new URI(root.toString())));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void loadBelow(Path root) throws IOException {
        List<String> names;
        try (Stream<Path> files = Files.walk(root)) {
            names = files.map(root::relativize)
                    .map(Path::toString)
                    .filter(name -> name.endsWith(SUFFIX) && !name.endsWith("-info.class"))
                    .map(name ->
                            name.substring(0, name.length() - SUFFIX.length()).replace('/', '.'))
                    .toList();
        }
        for (String name : names) {
            try {
                Class<?> unused = Class.forName(name, true, ClassLoader.getSystemClassLoader());
            } catch (ClassNotFoundException | LinkageError e) {
                throw new IllegalStateException("cannot load " + name, e);
            }
        }
    }
}
