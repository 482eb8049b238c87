package io.freshet.web.page;

import io.freshet.web.account.Actor;
import io.freshet.web.account.CurrentActor;
import io.freshet.web.account.LocalPath;
import io.freshet.web.account.Password;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Signing in, the first password, and one's own wishes for the look of pages. */
@Controller
final class AccountController {
    private static final Duration THEME_LASTS = Duration.ofDays(365);

    private final Password password;

    AccountController(Password password) {
        this.password = password;
    }

    @GetMapping("/login")
    String login(
            Model model,
            @RequestParam(required = false) @Nullable String wrong,
            @RequestParam(required = false) @Nullable String pause,
            @RequestParam(required = false) @Nullable String out,
            @RequestParam(defaultValue = "/") String next) {
        if (wrong != null) {
            model.addAttribute("problem", "Name or password is wrong. After 5 tries there is a pause of 1 min.");
        } else if (pause != null) {
            model.addAttribute("problem", "Too many wrong passwords. Try again in 1 min.");
        } else if (out != null) {
            model.addAttribute("result", "You are signed out.");
        }
        model.addAttribute("next", LocalPath.of(next));
        return "login";
    }

    @GetMapping(CurrentActor.PASSWORD_PAGE)
    String choose(Actor actor) {
        return actor.mustSetPassword() ? "password" : "redirect:/";
    }

    @PostMapping(CurrentActor.PASSWORD_PAGE)
    String choose(
            Actor actor,
            HttpServletRequest request,
            HttpServletResponse response,
            RedirectAttributes result,
            Model model,
            @RequestParam String chosen,
            @RequestParam String repeated) {
        if (!actor.mustSetPassword()) {
            return "redirect:/";
        }
        Optional<String> problem = password.set(actor, chosen, repeated);
        if (problem.isPresent()) {
            model.addAttribute("problem", problem.get());
            return "password";
        }
        password.signInAnew(actor, request, response);
        result.addFlashAttribute("result", "Welcome. The one-time password is gone; yours is set.");
        return "redirect:/";
    }

    @PostMapping("/account/change")
    String change(
            Actor actor,
            HttpServletRequest request,
            HttpServletResponse response,
            RedirectAttributes result,
            @RequestParam String present,
            @RequestParam String chosen,
            @RequestParam String repeated) {
        Optional<String> problem = password.change(actor, present, chosen, repeated);
        if (problem.isPresent()) {
            result.addFlashAttribute("problem", problem.get());
        } else {
            password.signInAnew(actor, request, response);
            result.addFlashAttribute("result", "Your password is changed. Other sessions of yours are over.");
        }
        return "redirect:/account";
    }

    @PostMapping("/theme")
    String theme(
            Actor actor,
            HttpServletResponse response,
            @RequestParam String theme,
            @RequestParam(defaultValue = "/") String back) {
        ResponseCookie cookie = ResponseCookie.from("theme", theme.equals("dark") || theme.equals("light") ? theme : "")
                .path("/")
                .httpOnly(true)
                .sameSite("Lax")
                .maxAge(THEME_LASTS)
                .build();
        response.addHeader(HttpHeaders.SET_COOKIE, cookie.toString());
        return "redirect:" + LocalPath.of(back).replace("{", "%7B").replace("}", "%7D");
    }
}
