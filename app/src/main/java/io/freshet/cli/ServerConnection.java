package io.freshet.cli;

import io.freshet.app.config.ConfigurationReader;
import io.freshet.app.config.DataFiles;
import io.freshet.failure.FreshetException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The way to a running server's REST API. Where it is and the token that lets us in are in two files of its data
 * directory.
 *
 * <p>Uses the platform's oldest HTTP client because it is the quickest to begin with.
 */
final class ServerConnection {
    private static final String API = "api/v1";
    private static final Duration CONNECT_AT_MOST = Duration.ofSeconds(5);
    private static final Duration ANSWER_AT_MOST = Duration.ofSeconds(60);

    private final JsonMapper mapper = JsonMapper.shared();
    private final URI server;
    private final String token;

    private ServerConnection(URI server, String token) {
        this.server = server;
        this.token = token;
    }

    /** Finds the server that a configuration file belongs to. */
    static ServerConnection to(@Nullable Path named) {
        Path configuration = ConfigurationSearch.toAsk(named);
        DataFiles files = new DataFiles(ConfigurationReader.readDataDirectory(configuration));
        String url = line(files.serverUrl(), configuration);
        return new ServerConnection(URI.create(url), line(files.token(), configuration));
    }

    private static String line(Path file, Path configuration) {
        try {
            return Files.readString(file).strip();
        } catch (NoSuchFileException missing) {
            throw new UnreachableException("no server runs for " + configuration + " (there is no " + file
                    + "); start one with: freshet serve --config " + configuration);
        } catch (AccessDeniedException denied) {
            throw new UnreachableException("the server for " + configuration + " belongs to somebody else: " + file
                    + " may not be read by " + System.getProperty("user.name") + "; ask as the user that runs it");
        } catch (IOException failure) {
            throw new UnreachableException(file + " cannot be read: " + failure);
        }
    }

    /** Asks for something. */
    JsonNode get(String path, Map<String, String> query) {
        return exchange("GET", path, query, null, ANSWER_AT_MOST);
    }

    /** Asks that something be done. */
    JsonNode post(String path, Map<String, ?> body) {
        return post(path, body, ANSWER_AT_MOST);
    }

    /** Asks that something be done, which may take up to {@code patience}. */
    JsonNode post(String path, Map<String, ?> body, Duration patience) {
        return exchange("POST", path, Map.of(), body, patience);
    }

    /** Asks that something be as told, whatever it was. */
    JsonNode put(String path, Map<String, ?> body) {
        return exchange("PUT", path, Map.of(), body, ANSWER_AT_MOST);
    }

    /** The same, by a document that is not looked at here. */
    JsonNode put(String path, byte[] document, String type) {
        return exchange("PUT", path, Map.of(), document, type, ANSWER_AT_MOST);
    }

    /** Asks that something be taken away. */
    JsonNode delete(String path) {
        return exchange("DELETE", path, Map.of(), null, ANSWER_AT_MOST);
    }

    private JsonNode exchange(
            String method, String path, Map<String, String> query, @Nullable Map<String, ?> body, Duration patience) {
        byte[] bytes = body == null ? null : mapper.writeValueAsBytes(body);
        return exchange(method, path, query, bytes, "application/json", patience);
    }

    private JsonNode exchange(
            String method,
            String path,
            Map<String, String> query,
            byte @Nullable [] bytes,
            String type,
            Duration patience) {
        try {
            HttpURLConnection connection =
                    open(method, path, query, "application/json, application/problem+json", patience);
            if (bytes != null) {
                connection.setDoOutput(true);
                connection.setFixedLengthStreamingMode(bytes.length);
                connection.setRequestProperty("Content-Type", type);
                try (OutputStream out = connection.getOutputStream()) {
                    out.write(bytes);
                }
            }
            return answer(connection);
        } catch (IOException failure) {
            throw unanswered(failure, patience);
        }
    }

    private HttpURLConnection open(
            String method, String path, Map<String, String> query, String accept, Duration patience)
            throws IOException {
        URI uri = server.resolve(API + path + (query.isEmpty() ? "" : "?" + encoded(query)));
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
        connection.setConnectTimeout((int) CONNECT_AT_MOST.toMillis());
        connection.setReadTimeout((int) Math.min(Integer.MAX_VALUE, patience.toMillis()));
        connection.setRequestMethod(method);
        connection.setInstanceFollowRedirects(false);
        connection.setRequestProperty("Authorization", "Bearer " + token);
        connection.setRequestProperty("Accept", accept);
        return connection;
    }

    private UnreachableException unanswered(IOException failure, Duration patience) {
        if (failure instanceof ConnectException) {
            return new UnreachableException("the server at " + server + " does not answer: " + failure.getMessage());
        }
        if (failure instanceof SocketTimeoutException) {
            return new UnreachableException(
                    "the server at " + server + " did not answer in " + patience.toSeconds() + " s");
        }
        return new UnreachableException("the server at " + server + " cannot be asked: " + failure);
    }

    /**
     * Asks for something that may be larger than memory. The caller reads it to its end, and closes it; an answer that is
     * broken off ends with an {@link IOException}.
     */
    InputStream stream(String path, Map<String, String> query, String accept) {
        try {
            HttpURLConnection connection =
                    open("GET", path, query, accept + ", application/problem+json", ANSWER_AT_MOST);
            if (connection.getResponseCode() == HttpURLConnection.HTTP_OK) {
                return connection.getInputStream();
            }
            JsonNode unexpected = answer(connection);
            throw new UnreachableException("the server at " + server + " answered " + connection.getResponseCode()
                    + " with something that is no report: " + unexpected);
        } catch (IOException failure) {
            throw unanswered(failure, ANSWER_AT_MOST);
        }
    }

    private JsonNode answer(HttpURLConnection connection) throws IOException {
        int status = connection.getResponseCode();
        byte[] bytes;
        try (InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            bytes = in == null ? new byte[0] : in.readAllBytes();
        }
        if (status == HttpURLConnection.HTTP_UNAUTHORIZED) {
            throw new UnreachableException("the server at " + server
                    + " does not know this token; was it restarted just now, or is it another server's?");
        }
        JsonNode answer = parsed(bytes, status);
        if (status >= 400) {
            throw refusal(status, answer);
        }
        return answer;
    }

    private JsonNode parsed(byte[] bytes, int status) {
        if (bytes.length == 0) {
            return mapper.createObjectNode();
        }
        try {
            return mapper.readTree(bytes);
        } catch (JacksonException malformed) {
            throw new UnreachableException("the server at " + server + " answered " + status
                    + " with something that is not JSON: is that Freshet?");
        }
    }

    /** RFC 9457: what went wrong is in {@code detail}, or at least in {@code title}. */
    private static FreshetException refusal(int status, JsonNode problem) {
        String detail = problem.path("detail").asString("");
        String title = problem.path("title").asString("");
        String message = title.isEmpty() ? "the server answered " + status : title;
        if (!detail.isEmpty()) {
            message += message.endsWith(".") ? " " + detail : ". " + detail;
        }
        return new RefusedException(status, message);
    }

    private static String encoded(Map<String, String> query) {
        return query.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }
}
