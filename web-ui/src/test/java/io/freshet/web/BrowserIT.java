package io.freshet.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.freshet.database.TestDatabase;
import io.freshet.journal.JournalRows;
import io.freshet.journal.NotificationKind;
import io.freshet.web.account.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The pages in a real browser, Debian's chromium; leaves pictures in {@code target/screenshots}.
 *
 * <p>Skipped where there is no chromium, but not in CI.
 */
class BrowserIT {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path PICTURES = Path.of("target", "screenshots");
    private static final String NASTY = "web/<script>document.title='owned'</script>\u202egpj.exe";

    @RegisterExtension
    final TestDatabase database = TestDatabase.fresh();

    private static Playwright playwright;
    private static Browser browser;

    private final List<String> complaints = new ArrayList<>();
    private WebServer server;
    private BrowserContext context;
    private Page page;

    @BeforeAll
    static void openBrowser() {
        if (System.getenv("CI") == null) {
            Assumptions.assumeTrue(Files.isExecutable(CHROMIUM), "there is no " + CHROMIUM);
        }
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(CHROMIUM)
                        .setHeadless(true)
                        .setArgs(List.of(
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-quic",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync")));
    }

    @AfterAll
    static void closeBrowser() {
        if (playwright != null) {
            browser.close();
            playwright.close();
        }
    }

    @BeforeEach
    void signIn() {
        server = WebServer.start(database);
        server.account("anna", Role.ADMIN);
        rows();
        open(ColorScheme.LIGHT, 1280);
    }

    private void open(ColorScheme scheme, int width) {
        context = browser.newContext(
                new Browser.NewContextOptions().setColorScheme(scheme).setViewportSize(width, 800));
        page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
        page.navigate(server.url() + "/");
        page.getByLabel("Name").fill("anna");
        page.getByLabel("Password").fill(WebServer.PASSWORD);
        page.keyboard().press("Enter");
        page.waitForURL(server.url() + "/");
    }

    @AfterEach
    void nothingWasComplainedOf() {
        if (context != null) {
            context.close();
        }
        server.close();
        assertThat(complaints).isEmpty();
    }

    @Test
    void theOverviewFollowsWhatHappens() {
        assertThat(page.locator("h1")).containsText("1 of 4 targets is up to date");
        assertThat(page.locator("html")).hasAttribute("data-link", "live");
        server.jdbc()
                .sql("DELETE FROM work_item w USING target t WHERE t.target_id = w.target_id AND t.name = 'web1'")
                .update();
        server.jdbc()
                .sql("UPDATE run SET state = 'COMPLETED', ended_at = now() WHERE state = 'RUNNING'")
                .update();
        NotificationKind.PROGRESS.publish(server.jdbc());
        assertThat(page.locator("[data-row=web1] .badge")).containsText("Up to date");
        assertThat(page.locator("h1")).containsText("2 of 4 targets are up to date");
        assertThat(page).hasTitle(Pattern.compile("▲ 2 · Overview"));
    }

    @Test
    void anOpenMenuAndItsTextSurviveARefresh() {
        page.locator("[data-row=web1] summary").click();
        page.getByLabel("Reason (optional)").and(page.locator("#reason-web1")).fill("kernel upd");
        picture("overview with a menu", ColorScheme.LIGHT, 1280);
        server.jdbc()
                .sql("DELETE FROM work_item w USING target t WHERE t.target_id = w.target_id AND t.name = 'web1'")
                .update();
        server.jdbc()
                .sql("UPDATE run SET state = 'COMPLETED', ended_at = now() WHERE state = 'RUNNING'")
                .update();
        NotificationKind.PROGRESS.publish(server.jdbc());
        assertThat(page.locator("[data-row=web1] .badge")).containsText("Up to date");
        assertThat(page.locator("#reason-web1")).hasValue("kernel upd");
        assertThat(page.locator("#reason-web1")).isFocused();
        page.keyboard().press("Enter");
        assertThat(page.locator(".band[role=status]")).containsText("web1 is paused");
        assertThat(page.locator("[data-row=web1] .why")).containsText("Paused by anna");
        assertThat(page.locator("[data-row=web1] .why")).containsText("kernel upd");
    }

    @Test
    void sendNowIsOnePathAndOneButton() {
        page.keyboard().press("/");
        page.keyboard().type("/mnt/sync/projects/acme");
        page.keyboard().press("Enter");
        assertThat(page.locator("h1")).containsText("projects/acme is complete on 2 of 4 targets");
        page.locator("[data-row=web1]").getByRole(AriaRole.BUTTON).click();
        assertThat(page.locator(".band[role=status]")).containsText("projects/acme goes first on web1");
        await().until(() -> server.jdbc()
                        .sql("SELECT count(*) FROM expedite")
                        .query(Long.class)
                        .single()
                == 1);
        server.jdbc()
                .sql("DELETE FROM work_item w USING target t WHERE t.target_id = w.target_id AND t.name = 'web1'")
                .update();
        NotificationKind.PROGRESS.publish(server.jdbc());
        assertThat(page.locator("[data-row=web1] .badge")).containsText("Delivered");
    }

    @Test
    void aHoldIsReviewedAndApproved() {
        page.getByText("Review hold").first().click();
        assertThat(page.locator("h1")).containsText("entries on student2?");
        assertThat(page.locator("body")).containsText("<script>document.title='owned'</script>");
        assertThat(page.locator(".odd").first()).hasText("U+202E");
        assertThat(page).hasTitle(Pattern.compile("^Delete"));
        page.getByLabel("Reason").fill("the old site is gone");
        page.locator("button.danger").click();
        assertThat(page.locator(".band[role=status]")).containsText("Approved hold");
        assertThat(page.locator("main")).containsText("Nothing is held");
        assertThat(server.jdbc()
                        .sql("SELECT state::text FROM hold")
                        .query(String.class)
                        .single())
                .isEqualTo("APPROVED");
    }

    @Test
    void aTargetIsFollowedAndItsQueueFilteredByKeyboard() {
        page.locator("[data-row=web1] th a").click();
        assertThat(page.locator("h1")).hasText("web1");
        assertThat(page.locator("#target-head .badge").first()).containsText("Delivering");
        assertThat(page.locator("html")).hasAttribute("data-link", "live");
        server.jdbc()
                .sql("DELETE FROM work_item w USING target t WHERE t.target_id = w.target_id AND t.name = 'web1'"
                        + " AND w.path <> 'projects/acme/part-7'")
                .update();
        NotificationKind.PROGRESS.publish(server.jdbc());
        assertThat(page.locator(".tabs")).containsText("Queue 1");
        assertThat(page.locator("#target-now")).containsText("part-7");
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Queue 1"))
                .focus();
        page.keyboard().press("Enter");
        page.getByLabel("At and below").fill("/mnt/sync/nowhere");
        page.keyboard().press("Enter");
        assertThat(page.locator("main")).containsText("Nothing that waits matches");
        page.getByText("Clear filters").first().click();
        assertThat(page.locator("tbody tr")).hasCount(1);

        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(Pattern.compile("^Failed 1$")))
                .first()
                .click();
        assertThat(page.locator("h1")).hasText("Failed");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("^Try now")))
                .click();
        assertThat(page.locator(".band[role=status]")).containsText("legacy/locked goes first on archive");
    }

    @Test
    void pictures() {
        List<String> pages = List.of(
                "/",
                "/where",
                "/where?path=projects/acme",
                "/runs",
                "/targets/web1/runs/21",
                "/targets/web2/runs/20",
                "/holds",
                "/holds/1",
                "/targets/web1",
                "/targets/web1/queue",
                "/targets/web2/runs",
                "/targets/archive/failed",
                "/targets/archive/capabilities",
                "/failed",
                "/checkpoints",
                "/sources/content",
                "/runs?target=studnet2");
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            for (int width : new int[] {1280, 390}) {
                context.close();
                open(scheme, width);
                for (String path : pages) {
                    page.navigate(server.url() + path);
                    picture(path, scheme, width);
                    if ((Integer) page.evaluate("document.documentElement.scrollWidth") > width) {
                        complaints.add(path + " is wider than " + width);
                    }
                }
            }
        }
        context.close();
        context = browser.newContext();
        page = context.newPage();
        page.navigate(server.url() + "/login?wrong");
        picture("login", ColorScheme.LIGHT, 1280);
        complaints.removeIf(text -> text.contains("404")); // the page that is not there was asked for
    }

    private void picture(String path, ColorScheme scheme, int width) {
        String name = path.equals("/")
                ? "overview"
                : path.replaceAll("[^A-Za-z0-9]+", "-").replaceAll("^-", "");
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(PICTURES.resolve(name + "-" + scheme.name().toLowerCase(Locale.ROOT) + "-" + width + ".png"))
                .setFullPage(true));
    }

    private void rows() {
        JournalRows rows = server.rows().source("content", "/mnt/sync");
        for (String target : List.of("student2", "web1", "web2", "archive")) {
            rows.target("content", target);
            for (int run = 1; run <= 20; run++) {
                boolean bad = (run * 7 + target.length()) % 11 == 0;
                rows.run(
                        target,
                        run,
                        bad ? "COMPLETED_WITH_FAILURES" : "COMPLETED",
                        run * 31L,
                        bad ? 2 : 0,
                        Duration.ofMinutes(21L - run).plusSeconds(run));
            }
            if (!target.equals("student2")) {
                rows.delivered(target, "projects", "d", 12);
                rows.delivered(target, "projects/acme", "d", 14);
                rows.delivered(target, "projects/acme/index.html", "f", 20);
                rows.delivered(target, "projects/acme/img/a rather long name of a picture, final (2).jpeg", "f", 20);
                rows.delivered(target, NASTY, "f", 20);
                rows.sql("UPDATE target_state SET last_delivery_at = now() - interval '40 seconds', manifest_rows = 5");
            }
        }
        rows.run("web1", 21, "RUNNING", 1240, 0, Duration.ofSeconds(12));
        for (int i = 0; i < 412; i++) {
            rows.item("web1", "projects/acme/part-" + i, "PATH", i, Duration.ofSeconds(12));
        }
        rows.delivery("web1", 21, "projects/acme/one", "TRANSFERRED", null);
        rows.delivery("web2", 20, "legacy/denied.conf", "FAILED", "PERMISSION_DENIED");
        rows.sql("""
                INSERT INTO batch.batch_job_instance (job_instance_id, version, job_name, job_key) VALUES (1, 0, 'run', 'k')
                """);
        rows.sql("""
                INSERT INTO batch.batch_job_execution (job_execution_id, version, job_instance_id, create_time, status)
                VALUES (1, 0, 1, now(), 'STARTED')
                """);
        rows.sql("""
                INSERT INTO batch.batch_job_execution_params
                    (job_execution_id, parameter_name, parameter_type, parameter_value, identifying)
                VALUES (1, 'target', 'java.lang.String', 'web1', 'Y'), (1, 'run', 'java.lang.Long', '21', 'Y')
                """);
        rows.sql("""
                INSERT INTO batch.batch_step_execution (step_execution_id, version, step_name, job_execution_id, create_time,
                    start_time, end_time, status)
                VALUES (1, 0, 'prepare', 1, now(), now() - interval '12 seconds', now() - interval '11.7 seconds', 'COMPLETED'),
                       (2, 0, 'drain', 1, now(), now() - interval '11.7 seconds', NULL, 'STARTED')
                """);
        rows.item("archive", "legacy/locked", "PATH", 5, Duration.ofMinutes(40));
        rows.failed(
                "archive",
                "legacy/locked",
                6,
                "PERMISSION_DENIED",
                "archive: cannot write legacy/locked: permission denied");
        rows.item("student2", NASTY, "PATH", 3, Duration.ofMinutes(4));
        rows.hold(
                "student2",
                "DELETIONS_OVER_LIMIT",
                "Policy nights allows 2 deletions in a day; this would remove 4",
                NASTY,
                "projects/2019/a.html",
                "projects/2019/b.html",
                "projects/2020/c.html");
    }
}
