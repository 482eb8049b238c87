package io.freshet.web.page;

import io.freshet.policy.InvalidPolicyException;
import io.freshet.web.account.SignedOutException;
import io.freshet.web.action.RefusedException;
import io.freshet.web.report.BrokenOffException;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.stereotype.Controller;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.ModelAndView;

/**
 * Every error, once: what, why, and what to do next; as a page for people, as {@code application/problem+json} (RFC 9457)
 * for programs.
 */
@Controller
@ControllerAdvice
final class ErrorPages implements ErrorController {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorPages.class);

    /** What is told: never the message of an exception that was not written for people. */
    record Problem(int status, String title, String detail, List<InvalidPolicyException.Problem> places) {
        Problem(int status, String title, String detail) {
            this(status, title, detail, List.of());
        }
    }

    @ExceptionHandler(RefusedException.class)
    Object refused(RefusedException refusal, HttpServletRequest request) {
        return answer(
                new Problem(
                        refusal.kind().status(),
                        refusal.title(),
                        String.valueOf(refusal.getMessage()),
                        refusal.problems()),
                request);
    }

    @ExceptionHandler(SignedOutException.class)
    Object signedOut(SignedOutException e, HttpServletRequest request) {
        return answer(of(401), request);
    }

    @ExceptionHandler(DataAccessException.class)
    Object database(DataAccessException e, HttpServletRequest request) {
        LOG.warn("The database did not answer {} {}: {}", request.getMethod(), request.getRequestURI(), e.getMessage());
        return answer(
                new Problem(
                        503,
                        "Freshet cannot reach its database",
                        "Changes are kept in memory meanwhile; nothing is lost. Try again in a few seconds."),
                request);
    }

    /** Whoever asked is gone, as with every stream that ends; there is nobody to tell. */
    @ExceptionHandler(AsyncRequestNotUsableException.class)
    void gone(AsyncRequestNotUsableException e, HttpServletResponse response) {
        LOG.debug("A reader is gone", e);
    }

    /** Handed on to the server, which closes the connection: whatever were written here would become part of the answer. */
    @ExceptionHandler(BrokenOffException.class)
    @SuppressWarnings("DoNotCallSuggester") // called by Spring only
    void brokenOff(BrokenOffException e) {
        throw e;
    }

    /** What no handler took, and what was refused before any was asked; nothing after an answer that was broken off. */
    @RequestMapping("/error")
    @Nullable
    Object error(HttpServletRequest request, HttpServletResponse response) {
        if (response.isCommitted()) {
            return null;
        }
        // Who asks is looked up in the database before any handler is asked.
        Object failure = request.getAttribute(RequestDispatcher.ERROR_EXCEPTION);
        for (Throwable cause = failure instanceof Throwable thrown ? thrown : null;
                cause != null;
                cause = cause.getCause()) {
            if (cause instanceof DataAccessException away) {
                return database(away, request);
            }
        }
        Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        return answer(of(status instanceof Integer code ? code : 404), request);
    }

    @ExceptionHandler(Exception.class)
    Object other(Exception e, HttpServletRequest request) {
        if (e instanceof ErrorResponse known) {
            Problem problem = of(known.getStatusCode().value());
            String detail = known.getBody().getDetail();
            if (detail != null && known.getStatusCode().is4xxClientError() && problem.status != 404) {
                return answer(new Problem(problem.status, problem.title, detail), request);
            }
            return answer(problem, request);
        }
        if (e instanceof MethodArgumentTypeMismatchException mismatch) {
            return answer(
                    new Problem(
                            400,
                            "The request is not understood",
                            "The value of " + mismatch.getName() + " does not fit."),
                    request);
        }
        if (e instanceof HttpMessageNotReadableException) {
            return answer(
                    new Problem(
                            400, "The request is not understood", "Its body is not the JSON that is expected here."),
                    request);
        }
        LOG.error("{} {} failed", request.getMethod(), request.getRequestURI(), e);
        return answer(of(500), request);
    }

    private static Problem of(int status) {
        return switch (status) {
            case 400 -> new Problem(status, "The request is not understood", "A value in it does not fit.");
            case 401 ->
                new Problem(
                        status,
                        "Not signed in",
                        "Programs send `Authorization: Bearer` with a token; people sign in at /login.");
            case 403 ->
                new Problem(
                        status,
                        "This is not allowed",
                        "The role may be missing, or the page was open for too long: reload it and try again.");
            case 404 ->
                new Problem(status, "There is nothing here", "The address may be mistyped, or what it named is gone.");
            case 405 ->
                new Problem(status, "This cannot be asked here", "The address exists, but not for this method.");
            case 409 -> new Problem(status, "This changed meanwhile", "Look again, then decide.");
            default ->
                status < 500
                        ? new Problem(status, "The request is not understood", "A value in it does not fit.")
                        : new Problem(
                                status,
                                "Freshet made a mistake",
                                "Deliveries are not affected. Freshet's log says more.");
        };
    }

    private static Object answer(Problem problem, HttpServletRequest request) {
        Object original = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
        String path = original instanceof String uri ? uri : request.getRequestURI();
        if (path.startsWith(request.getContextPath() + "/api/")) {
            ProblemDetail body = ProblemDetail.forStatusAndDetail(HttpStatus.valueOf(problem.status), problem.detail);
            body.setTitle(problem.title);
            if (!problem.places.isEmpty()) {
                body.setProperty("problems", problem.places);
            }
            body.setInstance(URI.create(path.replaceAll("[^A-Za-z0-9/._~-]", "_")));
            return ResponseEntity.status(problem.status)
                    .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                    .body(body);
        }
        ModelAndView page = new ModelAndView("error");
        page.setStatus(HttpStatus.valueOf(problem.status));
        page.addObject("problem", problem);
        return page;
    }
}
