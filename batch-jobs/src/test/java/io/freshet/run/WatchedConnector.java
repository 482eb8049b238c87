package io.freshet.run;

import io.freshet.path.RelativePath;
import io.freshet.target.Operation;
import io.freshet.target.TargetAddress;
import io.freshet.target.TargetConnector;
import io.freshet.target.TargetSession;
import io.freshet.transfer.local.LocalTargetConnector;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Local targets, for URLs like {@code watched:///mnt/copy}, with somebody who is called after each step and may hold it up,
 * so that a test decides which of two lanes is faster. Made by {@link java.util.ServiceLoader}.
 */
public final class WatchedConnector implements TargetConnector {
    private static final Map<String, Onlooker> ONLOOKERS = new ConcurrentHashMap<>();
    private static final long LONGEST_WAIT_SECONDS = 3;

    private final LocalTargetConnector local = new LocalTargetConnector();

    /** Called on the thread of the lane that has just done something, or is about to. */
    interface Onlooker {
        default void enteringGate() {}

        default void sweepingStaging() throws InterruptedException {}

        default void readMarker() throws InterruptedException {}

        default void applied(List<Operation> operations) throws InterruptedException {}

        /** Many directories were listed. */
        default void listed(List<RelativePath> directories) throws InterruptedException {}

        /** Many paths were looked at. */
        default void looked(List<RelativePath> paths) {}

        default void hashed(List<RelativePath> paths) throws InterruptedException {}

        /** Whether the target says which extended attributes are there. */
        default boolean tellsExtended() {
            return true;
        }
    }

    static TargetAddress address(String name, Path root, Onlooker onlooker) {
        URI url = URI.create("watched://" + root.toUri().getRawPath());
        ONLOOKERS.put(url.getRawPath(), onlooker);
        return new TargetAddress(name, url, Map.of());
    }

    /** Waits until a latch opens, or long enough that it would have. */
    static void waitFor(CountDownLatch latch) throws InterruptedException {
        boolean opened = latch.await(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS);
        System.out.println(opened ? "the other lane came" : "the other lane did not come");
    }

    @SuppressWarnings("unchecked")
    private static List<RelativePath> paths(Object argument) {
        return (List<RelativePath>) argument;
    }

    @Override
    public boolean supports(String scheme) {
        return scheme.equals("watched");
    }

    @Override
    public TargetSession connect(TargetAddress address) {
        String path = address.url().getRawPath();
        Onlooker onlooker = ONLOOKERS.getOrDefault(path, new Onlooker() {});
        TargetSession session =
                local.connect(new TargetAddress(address.name(), URI.create("file://" + path), address.options()));
        return (TargetSession) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {TargetSession.class}, (proxy, method, arguments) -> {
                    try {
                        if (method.getName().equals("enterGate")) {
                            onlooker.enteringGate();
                        } else if (method.getName().equals("sweepStaging")) {
                            onlooker.sweepingStaging();
                        }
                        Object result = method.invoke(session, arguments);
                        if (method.getName().equals("readMarker")) {
                            onlooker.readMarker();
                        } else if (method.getName().equals("apply")) {
                            @SuppressWarnings("unchecked")
                            List<Operation> operations = (List<Operation>) arguments[0];
                            onlooker.applied(operations);
                        } else if (method.getName().equals("hash")) {
                            onlooker.hashed(paths(arguments[0]));
                        } else if (method.getName().equals("look") && arguments[0] instanceof List) {
                            onlooker.looked(paths(arguments[0]));
                        } else if (method.getName().equals("list") && arguments[0] instanceof List) {
                            onlooker.listed(paths(arguments[0]));
                        } else if (method.getName().equals("extended") && !onlooker.tellsExtended()) {
                            return Collections.nCopies(paths(arguments[0]).size(), Optional.empty());
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
