package io.freshet.web;

import io.freshet.database.TestDatabase;
import io.freshet.journal.AccountBook;
import io.freshet.journal.JournalRows;
import io.freshet.journal.Notifications;
import io.freshet.journal.OpeningHours;
import io.freshet.journal.PolicyBook;
import io.freshet.journal.SourceLook;
import io.freshet.policy.Cron;
import io.freshet.policy.InvalidPolicyException;
import io.freshet.policy.Misfire;
import io.freshet.policy.Policies;
import io.freshet.policy.Policy;
import io.freshet.web.account.Credentials;
import io.freshet.web.account.FirstStart;
import io.freshet.web.account.MetricsToken;
import io.freshet.web.account.Role;
import io.freshet.web.evidence.EvidenceKey;
import io.freshet.web.monitoring.Node;
import io.freshet.web.monitoring.NodeHealth;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

/** The whole web front over real HTTP, on a port and a database of its own. */
final class WebServer implements AutoCloseable {
    /** The password of every account that {@link #account} makes. */
    static final String PASSWORD = "correct horse battery";

    /** Lets in to the metrics, and to nothing else. */
    static final String METRICS_TOKEN = "0123456789abcdef0123456789abcdef";

    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\"[^>]* (?:value|content)=\"([^\"]+)\"");
    private static final BCryptPasswordEncoder QUICK = new BCryptPasswordEncoder(4);

    private final ConfigurableApplicationContext context;
    private final TestDatabase database;

    private WebServer(ConfigurableApplicationContext context, TestDatabase database) {
        this.context = context;
        this.database = database;
    }

    static WebServer start(TestDatabase database) {
        ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                .initializers(made -> ((org.springframework.context.support.GenericApplicationContext) made)
                        .registerBean(DataSource.class, database::dataSource))
                .properties(
                        "server.port=0",
                        "server.address=127.0.0.1",
                        "spring.main.banner-mode=off",
                        "logging.level.root=warn")
                .run();
        return new WebServer(context, database);
    }

    String url() {
        return "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
    }

    JournalRows rows() {
        return new JournalRows(JdbcClient.create(database.dataSource()));
    }

    JdbcClient jdbc() {
        return JdbcClient.create(database.dataSource());
    }

    FirstStart firstStart() {
        return context.getBean(FirstStart.class);
    }

    /** An account with this role that can sign in. */
    void account(String name, Role role) {
        new AccountBook(jdbc()).put(new AccountBook.Account(name, QUICK.encode(PASSWORD), role.name(), false, null));
    }

    /** Lets a requester have a folder sent. */
    void grant(String account, String source, String path) {
        new AccountBook(jdbc()).setGrants(account, List.of(new AccountBook.Grant(source, path)));
    }

    /** A token of an account with this role. */
    String token(Role role) {
        String name = "token-" + role.word();
        account(name, role);
        return context.getBean(Credentials.class)
                .token(name, UUID.randomUUID().toString(), role, null)
                .orElseThrow();
    }

    Browser browser() {
        return new Browser(url());
    }

    @Override
    public void close() {
        context.close();
    }

    /** A client with cookies, which follows no redirects. */
    static final class Browser {
        private final HttpClient http =
                HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
        private final String url;

        private Browser(String url) {
            this.url = url;
        }

        HttpResponse<String> get(String path, String... headers) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path));
            if (headers.length > 0) {
                request.headers(headers);
            }
            return send(request);
        }

        HttpResponse<String> json(String method, String path, String token, String body) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                    .method(method, HttpRequest.BodyPublishers.ofString(body))
                    .header("Content-Type", "application/json");
            if (token != null) {
                request.header("Authorization", "Bearer " + token);
            }
            return send(request);
        }

        /** Posts a form, with the token against forged requests that {@code page} carries; without one if it is null. */
        HttpResponse<String> post(String path, String page, Map<String, String> fields) {
            StringBuilder body = new StringBuilder(fields.entrySet().stream()
                    .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                    .collect(Collectors.joining("&")));
            if (page != null) {
                Matcher token = CSRF.matcher(get(page).body());
                if (!token.find()) {
                    throw new AssertionError("no token in " + page);
                }
                body.append("&_csrf=").append(URLEncoder.encode(token.group(1), StandardCharsets.UTF_8));
            }
            return send(HttpRequest.newBuilder(URI.create(url + path))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
        }

        HttpResponse<String> signIn(String name, String password) {
            return post("/login", "/login", Map.of("username", name, "password", password));
        }

        private HttpResponse<String> send(HttpRequest.Builder request) {
            try {
                return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** What the configuration would say. */
    static List<Policy> policies() {
        return List.of(
                Policy.withDefaults(Policy.CONTINUOUS),
                Policy.withDefaults("mornings")
                        .at(Cron.parse("0 3 * * *"), Misfire.RUN_ONCE, ZoneId.of("Europe/Berlin")));
    }

    /** Reads of a policy its cron alone, and finds everything wrong that names a fault. */
    private static Policy read(String name, String document) {
        if (document.contains("fault")) {
            throw new InvalidPolicyException(
                    name, List.of(new InvalidPolicyException.Problem("windows[0].from", 1, "'fault' is no time")));
        }
        Policy defaults = Policy.withDefaults(name);
        return document.contains("cron")
                ? defaults.at(Cron.parse("0 4 * * *"), Misfire.SKIP, ZoneId.of("UTC"))
                : defaults;
    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(WebConfiguration.class)
    static class Application {
        @Bean
        Clock clock() {
            return Clock.systemUTC();
        }

        @Bean
        WebSettings settings(DataSource database) {
            return new WebSettings(
                    ZoneId.of("Europe/Berlin"),
                    "0.1.0-test",
                    OpeningHours.ALWAYS,
                    SourceLook.BLIND,
                    new Policies(policies().subList(1, 2), new PolicyBook(database), WebServer::read));
        }

        @Bean
        Node node() {
            return new Node("node1", "0.1.0-test");
        }

        /** Alive, and not ready. */
        @Bean
        NodeHealth health() {
            return new NodeHealth() {
                @Override
                public List<Part> alive() {
                    return List.of(new Part("web", true, "answers"));
                }

                @Override
                public List<Part> ready() {
                    return List.of(
                            new Part("database", true, "answers"), new Part("watch", false, "0 of 1 sources observed"));
                }
            };
        }

        @Bean
        MetricsToken metricsToken() {
            return MetricsToken.of(METRICS_TOKEN);
        }

        @Bean
        EvidenceKey evidenceKey() {
            return EvidenceKey.in(Path.of("target", "evidence-key"));
        }

        @Bean(initMethod = "start", destroyMethod = "close")
        Notifications notifications(DataSource database) {
            return new Notifications(database);
        }
    }
}
