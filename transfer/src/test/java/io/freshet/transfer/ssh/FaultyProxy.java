package io.freshet.transfer.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** A TCP forwarder on the loopback address to which something happens when it has passed on so many bytes. */
final class FaultyProxy implements AutoCloseable {
    /** Which way bytes go. */
    enum Way {
        TO_SERVER,
        TO_CLIENT
    }

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private final int serverPort;
    private final ServerSocket listener;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    private Set<Way> counted = Set.of();
    private long left;
    private Runnable fault = () -> {};
    private final Set<Way> silent = EnumSet.noneOf(Way.class);
    private boolean happened;
    private boolean closed;

    FaultyProxy(int serverPort) throws IOException {
        this.serverPort = serverPort;
        this.listener = new ServerSocket(0, 50, LOOPBACK);
        start("accept", this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Lets something happen, once, when so many bytes from now on have gone these ways, and none more. */
    synchronized void after(long bytes, Set<Way> ways, Runnable what) {
        counted = Set.copyOf(ways);
        left = bytes;
        fault = what;
        happened = false;
    }

    /** Lets nothing happen any more that has not happened yet, and tells whether it has. */
    synchronized boolean hasHappened() {
        counted = Set.of();
        return happened;
    }

    /** Takes in nothing more of what comes these ways, as a cable that was pulled: nobody is told. */
    synchronized void silence(Set<Way> ways) {
        silent.addAll(ways);
    }

    /**
     * Ends all connections.
     *
     * @param reset whether at once, with whatever is still on its way lost
     */
    void cut(boolean reset) {
        for (Socket socket : List.copyOf(sockets)) {
            try (socket) {
                if (reset) {
                    socket.setSoLinger(true, 0);
                }
            } catch (IOException e) {
                // Closed by its other end meanwhile, which is as good.
            }
            sockets.remove(socket);
        }
        synchronized (this) {
            silent.clear();
            notifyAll();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Socket server = new Socket(LOOPBACK, serverPort);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                sockets.addAll(List.of(client, server));
                start(Way.TO_SERVER.toString(), () -> pass(Way.TO_SERVER, client, server));
                start(Way.TO_CLIENT.toString(), () -> pass(Way.TO_CLIENT, server, client));
            }
        } catch (IOException e) {
            cut(false);
        }
    }

    private void pass(Way way, Socket from, Socket to) {
        byte[] block = new byte[16 << 10];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(block); count > 0; count = in.read(block)) {
                int at = 0;
                while (at < count) {
                    awaitSound(way, from);
                    int passed = allowed(way, count - at);
                    out.write(block, at, passed);
                    at += passed;
                    passedOn(way, passed);
                }
            }
        } catch (IOException e) {
            sockets.removeAll(List.of(from, to));
        }
    }

    private synchronized void awaitSound(Way way, Socket from) throws IOException {
        try {
            while (silent.contains(way) && !closed && !from.isClosed()) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private synchronized int allowed(Way way, int count) {
        return happened || !counted.contains(way) ? count : (int) Math.min(count, left);
    }

    private void passedOn(Way way, int count) {
        Runnable due = null;
        synchronized (this) {
            if (!happened && counted.contains(way)) {
                left -= count;
                if (left <= 0) {
                    happened = true;
                    due = fault;
                }
            }
        }
        if (due != null) {
            due.run();
        }
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, "proxy-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        synchronized (this) {
            closed = true;
        }
        cut(false);
    }
}
