package io.freshet.web.page;

import io.freshet.web.action.Nearest;
import io.freshet.web.action.RefusedException;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/** Refuses a question with a parameter that nobody reads: a filter that does nothing would lie. For pages and programs. */
final class KnownParameters implements HandlerInterceptor {
    private final Map<Method, Set<String>> known = new ConcurrentHashMap<>();

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (request.getMethod().equals("GET")
                && request.getDispatcherType() == DispatcherType.REQUEST
                && handler instanceof HandlerMethod method) {
            Set<String> names = known.computeIfAbsent(method.getMethod(), KnownParameters::names);
            for (String asked : request.getParameterMap().keySet()) {
                if (!names.contains(asked)) {
                    throw RefusedException.wrong("There is no filter " + asked, instead(asked, names));
                }
            }
        }
        return true;
    }

    private static String instead(String asked, Set<String> names) {
        return names.isEmpty()
                ? "There are none here."
                : Nearest.to(asked, names)
                        .map(near -> "Did you mean " + near + "?")
                        .orElse("There are: " + String.join(", ", names) + ".");
    }

    private static Set<String> names(Method method) {
        Set<String> names = new TreeSet<>();
        for (Parameter parameter : method.getParameters()) {
            RequestParam asked = parameter.getAnnotation(RequestParam.class);
            if (asked != null) {
                String name = asked.name().isEmpty() ? asked.value() : asked.name();
                names.add(name.isEmpty() ? parameter.getName() : name);
            }
        }
        return names;
    }
}
