package io.freshet.web.page;

import io.freshet.journal.Checkpoint;
import io.freshet.journal.CheckpointBook;
import io.freshet.web.account.Actor;
import io.freshet.web.action.CheckpointActions;
import io.freshet.web.action.QueueFilters;
import io.freshet.web.action.RefusedException;
import io.freshet.web.api.CheckpointDesk;
import io.freshet.web.evidence.CheckpointEvidence;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.util.UriComponentsBuilder;

/** Checkpoints: which there are, how each target stands with one, making one, and its evidence. */
@Controller
final class CheckpointController {
    private static final int PER_PAGE = 50;

    /** How long a watcher may take to answer; people do not look at an empty page for longer. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final CheckpointActions actions;
    private final CheckpointBook checkpoints;
    private final CheckpointDesk desk;
    private final CheckpointEvidence evidence;

    CheckpointController(
            CheckpointActions actions, CheckpointBook checkpoints, CheckpointDesk desk, CheckpointEvidence evidence) {
        this.actions = actions;
        this.checkpoints = checkpoints;
        this.desk = desk;
        this.evidence = evidence;
    }

    @GetMapping("/checkpoints")
    String list(
            Actor actor,
            Model model,
            @RequestParam(required = false) @Nullable String source,
            @RequestParam(required = false) @Nullable String after) {
        Long before = QueueFilters.place(after, Long::valueOf);
        String of = QueueFilters.given(source);
        List<String> sources = checkpoints.sources();
        if (of != null && !sources.contains(of)) {
            throw RefusedException.unknown(
                    "There is no source " + of, "There are: " + String.join(", ", sources) + ".");
        }
        List<CheckpointBook.Summary> found = checkpoints.list(of, before, PER_PAGE + 1);
        boolean more = found.size() > PER_PAGE;
        model.addAttribute("checkpoints", more ? found.subList(0, PER_PAGE) : found);
        model.addAttribute("sources", sources);
        model.addAttribute("source", of);
        model.addAttribute("after", before);
        model.addAttribute("next", more ? found.get(PER_PAGE - 1).id() : null);
        if (!model.containsAttribute("form")) {
            model.addAttribute("form", Map.of());
        }
        return "checkpoints";
    }

    /** Answers when the watcher has said up to which change everything is journaled; no thread is kept meanwhile. */
    @PostMapping("/checkpoints")
    Object create(
            Actor actor,
            Model model,
            RedirectAttributes result,
            HttpServletResponse response,
            @RequestParam(defaultValue = "") String label,
            @RequestParam(defaultValue = "") String path,
            @RequestParam(name = "source", defaultValue = "") String ofSource,
            @RequestParam(defaultValue = "") String reason) {
        CompletableFuture<Checkpoint> creation;
        try {
            CheckpointActions.Wanted wanted =
                    actions.wanted(actor, label.strip(), path.strip(), QueueFilters.given(ofSource), reason);
            creation = desk.create(wanted, PATIENCE);
        } catch (RefusedException refused) {
            if (refused.kind() == RefusedException.Kind.FORBIDDEN) {
                throw refused;
            }
            response.setStatus(refused.kind().status());
            model.addAttribute("problem", refused.title() + ". " + refused.getMessage());
            model.addAttribute("form", Map.of("label", label, "path", path, "source", ofSource, "reason", reason));
            return list(actor, model, null, null);
        }
        // The servlet container's own time-out must not be the shorter one.
        DeferredResult<String> answer =
                new DeferredResult<>(PATIENCE.plusSeconds(30).toMillis());
        CompletableFuture<?> unused = creation.handle((made, failure) -> {
            if (failure != null) {
                return answer.setErrorResult(failure);
            }
            result.addFlashAttribute(
                    "result", "The checkpoint " + made.label() + " marks everything seen up to this moment.");
            return answer.setResult("redirect:" + address(made));
        });
        return answer;
    }

    private static String address(Checkpoint made) {
        return UriComponentsBuilder.fromPath("/checkpoints/{label}")
                .queryParam("source", "{source}")
                .encode()
                .buildAndExpand(made.label(), made.source())
                .toUriString();
    }

    @GetMapping("/checkpoints/{label}")
    String one(
            Actor actor,
            Model model,
            @PathVariable String label,
            @RequestParam(required = false) @Nullable String source) {
        Checkpoint checkpoint = actions.find(label, QueueFilters.given(source));
        model.addAttribute("checkpoint", checkpoint);
        model.addAttribute(
                "complete",
                checkpoint.targets().stream()
                        .filter(target -> target.completedAt() != null)
                        .count());
        return "checkpoint";
    }

    @GetMapping("/fragments/checkpoints/{label}")
    String part(
            Actor actor,
            Model model,
            @PathVariable String label,
            @RequestParam(required = false) @Nullable String source) {
        one(actor, model, label, source);
        return "checkpoint :: live";
    }

    /** For people what {@code /api/v1/checkpoints/{label}/evidence} is for programs. */
    @GetMapping("/checkpoints/{label}/evidence")
    ResponseEntity<byte[]> evidence(
            Actor actor, @PathVariable String label, @RequestParam(required = false) @Nullable String source) {
        Checkpoint checkpoint = actions.find(label, QueueFilters.given(source));
        String name = "checkpoint-" + label.replaceAll("[^A-Za-z0-9._+-]", "_") + ".json";
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment().filename(name).build().toString())
                .body(evidence.of(checkpoint).toString().getBytes(StandardCharsets.UTF_8));
    }
}
