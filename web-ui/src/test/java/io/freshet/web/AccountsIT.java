package io.freshet.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.database.TestDatabase;
import io.freshet.web.account.Role;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Administering accounts and tokens over real HTTP, and what each may do then. */
class AccountsIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String CHOSEN = "a password of my own";

    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    private WebServer server;
    private WebServer.Browser client;
    private String admin;

    @BeforeEach
    void start() {
        server = WebServer.start(database);
        client = server.browser();
        admin = server.token(Role.ADMIN);
        server.rows().source("content", "/mnt/sync").target("content", "web1");
        server.rows().delivered("web1", "p/a", "f", 1);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aNewAccountChoosesItsPasswordAndMayWhatItsRoleMay() {
        String oneTime = created("{\"name\":\"ben\",\"role\":\"operator\"}")
                .at("/oneTimePassword")
                .asString();
        WebServer.Browser ben = signedInAnew("ben", oneTime);

        assertThat(ben.get("/audit").body()).contains("account-create").contains("ben");
        assertThat(ben.get("/accounts").statusCode()).isEqualTo(403);
        assertThat(server.browser()
                        .signIn("ben", oneTime)
                        .headers()
                        .firstValue("Location")
                        .orElse(""))
                .as("a one-time password at its second use")
                .contains("wrong");
        assertThat(api("PUT", "/accounts/ben", "{\"role\":\"viewer\"}").statusCode())
                .isEqualTo(204);
        assertThat(ben.get("/audit").statusCode()).as("with the rights of now").isEqualTo(403);
        assertThat(ben.get("/").statusCode()).isEqualTo(200);
    }

    @Test
    void aRequesterSendsWhatWasGrantedAndNothingElse() {
        created("{\"name\":\"rita\",\"role\":\"requester\",\"grants\":[\"content:p/acme\",\"content:/mnt/sync/q/\"]}");
        String rita = made("rita", "{\"label\":\"mine\",\"role\":\"requester\"}");

        assertThat(send(rita, "p/acme").statusCode()).isEqualTo(202);
        assertThat(send(rita, "p/acme/deep/file").statusCode()).isEqualTo(202);
        assertThat(send(rita, "q/x").statusCode()).isEqualTo(202);
        for (String other : List.of("p", "p/acme2", "p/acm", "", "r")) {
            HttpResponse<String> refused = send(rita, other);
            assertThat(refused.statusCode()).as(other).isEqualTo(403);
            assertThat(refused.body()).contains("content:p/acme").contains("content:q");
        }
        assertThat(server.jdbc()
                        .sql("SELECT path FROM expedite ORDER BY path")
                        .query(String.class)
                        .list())
                .containsExactly("p/acme", "p/acme/deep/file", "q/x");
        assertThat(api("PUT", "/accounts/rita", "{\"role\":\"requester\",\"grants\":[\"content:\"]}")
                        .statusCode())
                .isEqualTo(204);
        assertThat(send(rita, "r").statusCode()).isEqualTo(202);
        assertThat(api("PUT", "/accounts/rita", "{\"role\":\"requester\"}").statusCode())
                .isEqualTo(204);
        assertThat(send(rita, "r").body()).contains("No folder is yet");
    }

    @Test
    void aTokenMayNoMoreThanItWasMadeForAndEndsAsItWasTold() {
        created("{\"name\":\"olga\",\"role\":\"operator\"}");
        String looks = made("olga", "{\"label\":\"dashboard\"}");
        String acts = made("olga", "{\"label\":\"deploy script\",\"role\":\"operator\",\"days\":30}");

        assertThat(call(looks, "GET", "/status", "").statusCode()).isEqualTo(200);
        assertThat(call(looks, "POST", "/targets/web1/pause", "{}").statusCode())
                .isEqualTo(403);
        assertThat(call(acts, "POST", "/targets/web1/pause", "{}").statusCode()).isEqualTo(204);
        assertThat(call(acts, "POST", "/accounts/olga/tokens", "{\"label\":\"more\",\"role\":\"admin\"}")
                        .statusCode())
                .as("a token for more than one may")
                .isEqualTo(403);
        assertThat(call(looks, "GET", "/accounts/olga/tokens", "").body())
                .contains("deploy script")
                .contains("lastUsedAt")
                .doesNotContain("fsh_");
        assertThat(call(looks, "GET", "/accounts/admin/tokens", "").statusCode())
                .isEqualTo(403);
        assertThat(server.jdbc()
                        .sql("SELECT encode(token_hash, 'escape') FROM api_token")
                        .query(String.class)
                        .list())
                .noneMatch(hash -> hash.contains(acts));

        server.jdbc()
                .sql("UPDATE api_token SET expires_at = now() - interval '1 second' WHERE label = 'deploy script'")
                .update();
        assertThat(call(acts, "GET", "/status", "").statusCode()).as("expired").isEqualTo(401);
        assertThat(api("DELETE", "/accounts/olga/tokens/dashboard", "").statusCode())
                .isEqualTo(204);
        assertThat(call(looks, "GET", "/status", "").statusCode()).as("revoked").isEqualTo(401);
    }

    @Test
    void aResetAndARemovalEndSessions() {
        server.account("vera", Role.VIEWER);
        server.account("anna", Role.ADMIN);
        WebServer.Browser vera = server.browser();
        vera.signIn("vera", WebServer.PASSWORD);
        assertThat(vera.get("/").statusCode()).isEqualTo(200);

        String oneTime = JSON.readTree(
                        api("POST", "/accounts/vera/password", "").body())
                .at("/oneTimePassword")
                .asString();
        assertThat(vera.get("/").statusCode()).isNotEqualTo(200);
        WebServer.Browser again = signedInAnew("vera", oneTime);
        WebServer.Browser elsewhere = server.browser();
        elsewhere.signIn("vera", CHOSEN);
        assertThat(elsewhere.get("/").statusCode()).isEqualTo(200);

        again.post(
                "/account/change",
                "/account",
                Map.of("present", "not this one", "chosen", "another one of mine", "repeated", "another one of mine"));
        assertThat(again.get("/account").body()).contains("The present password is wrong.");
        again.post(
                "/account/change",
                "/account",
                Map.of("present", CHOSEN, "chosen", "another one of mine", "repeated", "another one of mine"));
        assertThat(again.get("/account").body()).contains("Your password is changed");
        assertThat(elsewhere.get("/").statusCode()).as("the session elsewhere").isNotEqualTo(200);
        assertThat(api("DELETE", "/accounts/vera", "").statusCode()).isEqualTo(204);
        assertThat(again.get("/").statusCode()).isNotEqualTo(200);
    }

    @Test
    void theLastAdministratorStays() {
        server.jdbc().sql("DELETE FROM account WHERE name <> 'token-admin'").update();
        for (String[] asked : new String[][] {
            {"PUT", "/accounts/token-admin", "{\"role\":\"viewer\"}"},
            {"POST", "/accounts/token-admin/password", ""},
            {"DELETE", "/accounts/token-admin", ""}
        }) {
            assertThat(api(asked[0], asked[1], asked[2]).body())
                    .as(asked[0])
                    .contains("last administrator who can sign in");
        }
        created("{\"name\":\"unused\",\"role\":\"admin\"}");
        assertThat(api("DELETE", "/accounts/token-admin", "").statusCode())
                .as("the other has never signed in")
                .isEqualTo(409);
        server.account("anna", Role.ADMIN);
        assertThat(api("DELETE", "/accounts/token-admin", "").statusCode()).isEqualTo(204);
    }

    @Test
    void whatDoesNotFitIsRefusedInWords() {
        String[][] wrong = {
            {"POST", "/accounts", "{\"name\":\"-x\",\"role\":\"viewer\"}", "no name for an account"},
            {"POST", "/accounts", "{\"name\":\"x\",\"role\":\"boss\"}", "no role boss"},
            {"POST", "/accounts", "{\"name\":\"x\",\"role\":\"viewer\",\"grants\":[\"content:p\"]}", "Only requesters"},
            {"POST", "/accounts", "{\"name\":\"x\",\"role\":\"requester\",\"grants\":[\"p\"]}", "no folder to grant"},
            {"POST", "/accounts", "{\"name\":\"x\",\"role\":\"requester\",\"grants\":[\"no:p\"]}", "no source no"},
            {"POST", "/accounts", "{\"name\":\"token-admin\",\"role\":\"viewer\"}", "There is an account token-admin"},
            {"PUT", "/accounts/nobody", "{\"role\":\"viewer\"}", "no account nobody"},
            {"DELETE", "/accounts/local", "", "Freshet's own"},
            {"POST", "/accounts/token-admin/tokens", "{\"label\":\"\\u001b[2J\"}", "no label"},
            {"POST", "/accounts/token-admin/tokens", "{\"label\":\"x\",\"days\":0}", "cannot live that long"},
            {"DELETE", "/accounts/token-admin/tokens/none", "", "no token none"},
        };
        for (String[] asked : wrong) {
            HttpResponse<String> refused = api(asked[0], asked[1], asked[2]);
            assertThat(refused.statusCode()).as(asked[2]).isBetween(400, 409);
            assertThat(JSON.readTree(refused.body()).at("/title").asString())
                    .as(asked[0] + " " + asked[1])
                    .contains(asked[3]);
        }
    }

    @Test
    void peopleDoItOnPages() {
        server.account("anna", Role.ADMIN);
        WebServer.Browser anna = server.browser();
        anna.signIn("anna", WebServer.PASSWORD);
        anna.post(
                "/accounts",
                "/accounts",
                Map.of("name", "rita", "role", "requester", "grants", "content:p/acme\n\ncontent:q"));
        String told = anna.get("/accounts").body();
        assertThat(told)
                .contains("rita")
                .contains("content:p/")
                .contains("acme")
                .contains("one-time password until");
        Matcher password = Pattern.compile("not shown again: (\\S+)").matcher(told);
        assertThat(password.find()).isTrue();
        assertThat(anna.get("/accounts").body()).as("shown once").doesNotContain(password.group(1));
        signedInAnew("rita", password.group(1));

        assertThat(anna.get("/accounts/rita").body()).contains("content:p/acme\ncontent:q");
        anna.post("/accounts/rita", "/accounts/rita", Map.of("role", "viewer", "grants", ""));
        anna.post("/account/tokens", "/account", Map.of("label", "ci", "role", "viewer", "days", "7"));
        Matcher token =
                Pattern.compile("fsh_[\\w-]+").matcher(anna.get("/account").body());
        assertThat(token.find()).isTrue();
        assertThat(call(token.group(), "GET", "/status", "").statusCode()).isEqualTo(200);
        anna.post("/account/tokens/revoke", "/account", Map.of("label", "ci"));
        assertThat(call(token.group(), "GET", "/status", "").statusCode()).isEqualTo(401);
        anna.post("/accounts/rita/remove", "/accounts/rita", Map.of());
        assertThat(anna.get("/accounts/rita").statusCode()).isEqualTo(404);
        assertThat(anna.get("/audit").body())
                .contains("account-remove")
                .contains("token-revoke")
                .contains("requester for content:p/acme, content:q");
        JsonNode page = JSON.readTree(api("GET", "/audit?by=anna&limit=2", "").body());
        assertThat(page.at("/items/0/action").asString()).isEqualTo("account-remove");
        assertThat(JSON.readTree(api(
                                        "GET",
                                        "/audit?by=anna&limit=2&after="
                                                + page.at("/next").asString(),
                                        "")
                                .body())
                        .at("/items/0/action")
                        .asString())
                .isEqualTo("token-create");
    }

    /** Signs in with a one-time password and chooses another. */
    private WebServer.Browser signedInAnew(String name, String oneTime) {
        WebServer.Browser browser = server.browser();
        browser.signIn(name, oneTime);
        assertThat(browser.get("/").headers().firstValue("Location").orElse("")).endsWith("/account/password");
        browser.post("/account/password", "/account/password", Map.of("chosen", CHOSEN, "repeated", CHOSEN));
        assertThat(browser.get("/").statusCode()).isEqualTo(200);
        return browser;
    }

    private JsonNode created(String account) {
        HttpResponse<String> response = api("POST", "/accounts", account);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        return JSON.readTree(response.body());
    }

    private String made(String account, String token) {
        HttpResponse<String> response = api("POST", "/accounts/" + account + "/tokens", token);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        return JSON.readTree(response.body()).at("/token").asString();
    }

    private HttpResponse<String> send(String token, String path) {
        return call(token, "POST", "/send", "{\"path\":\"" + path + "\"}");
    }

    private HttpResponse<String> api(String method, String path, String body) {
        return call(admin, method, path, body);
    }

    private HttpResponse<String> call(String token, String method, String path, String body) {
        return client.json(method, "/api/v1" + path, token, body);
    }
}
