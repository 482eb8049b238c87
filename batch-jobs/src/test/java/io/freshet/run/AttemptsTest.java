package io.freshet.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.path.RelativePath;
import io.freshet.target.Monitor;
import io.freshet.target.Operation;
import io.freshet.target.Result;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttemptsTest {
    private static final Operation OPERATION = new Operation.MakeDirectory(RelativePath.parse("a"));

    @Test
    void tellsHowLongAFileTook() {
        Attempts attempts = new Attempts(Monitor.NONE);
        attempts.began(OPERATION);
        attempts.ended(OPERATION, Result.Done.WITHOUT_CONTENT);

        assertThat(attempts.took(OPERATION.path())).isPositive();
        assertThat(attempts.took(RelativePath.parse("b"))).isEqualTo(Duration.ZERO);
    }

    /** What the monitor behind it is not told is not shown, or not limited. */
    @Test
    void passesEverythingOn() throws Exception {
        List<String> told = new ArrayList<>();
        Monitor behind = (Monitor) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Monitor.class}, (proxy, method, arguments) -> {
                    told.add(method.getName());
                    Class<?> type = method.getReturnType();
                    return type == boolean.class ? (Object) false : type == int.class ? 0 : null;
                });
        Attempts attempts = new Attempts(behind);
        List<Method> methods = Arrays.stream(Monitor.class.getMethods()).toList();
        for (Method method : methods) {
            Object[] arguments = Arrays.stream(method.getParameterTypes())
                    .map(type -> type == long.class
                            ? (Object) 1L
                            : type == Operation.class ? OPERATION : Result.Done.WITHOUT_CONTENT)
                    .toArray();
            method.invoke(attempts, arguments);
        }

        assertThat(told)
                .containsExactlyInAnyOrderElementsOf(
                        methods.stream().map(Method::getName).toList());
    }
}
