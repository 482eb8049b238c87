package io.freshet.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that gives prepared answers, and remembers what it was asked. */
final class FakeServer implements AutoCloseable {
    private static final String TOKEN = "fsh_test";

    private record Answer(int status, String body, boolean isWhole) {}

    private final HttpServer http;
    private final Path configuration;
    private final Map<String, Answer> answers = new HashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    /** Starts one, with the configuration file and data directory by which commands find it. */
    FakeServer(Path directory) throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/", this::answer);
        http.start();
        Path data = Files.createDirectory(directory.resolve("data"));
        Files.writeString(
                data.resolve("server-url"),
                "http://127.0.0.1:" + http.getAddress().getPort() + "/\n");
        Files.writeString(data.resolve("token"), TOKEN + "\n");
        configuration = Files.writeString(directory.resolve("freshet.yml"), "data-dir: data\n");
    }

    Path configuration() {
        return configuration;
    }

    void answers(String methodAndPath, int status, String body) {
        answers.put(methodAndPath, new Answer(status, body, true));
    }

    /** Answers with the beginning of something, and closes the connection without the mark of its end. */
    void breaksOff(String methodAndPath, String beginning) {
        answers.put(methodAndPath, new Answer(200, beginning, false));
    }

    /** Returns method, path with query, and body of each request. */
    List<String> requests() {
        return requests;
    }

    private void answer(HttpExchange exchange) {
        try {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String request = exchange.getRequestMethod() + " "
                    + exchange.getRequestURI().toString().replaceFirst("^/api/v1", "");
            requests.add(body.isEmpty() ? request : request + " " + body);
            boolean isKnown =
                    ("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"));
            String path = request.replaceFirst("\\?.*", "");
            Answer answer = isKnown
                    ? answers.getOrDefault(path, new Answer(404, "{\"title\":\"Nothing is at " + path + "\"}", true))
                    : new Answer(401, "", true);
            byte[] bytes = answer.body.getBytes(StandardCharsets.UTF_8);
            if (!answer.isWhole) {
                exchange.sendResponseHeaders(answer.status, 0);
                exchange.getResponseBody().write(bytes);
                exchange.getResponseBody().flush();
                throw new IOException("broken off, as prepared");
            }
            exchange.sendResponseHeaders(answer.status, bytes.length == 0 ? -1 : bytes.length);
            if (bytes.length > 0) {
                exchange.getResponseBody().write(bytes);
            }
            exchange.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() {
        http.stop(0);
    }
}
