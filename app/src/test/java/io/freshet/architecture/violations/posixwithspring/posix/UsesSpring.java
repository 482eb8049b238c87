package io.freshet.architecture.violations.posixwithspring.posix;

import org.springframework.jdbc.core.simple.JdbcClient;

/** File access that drags a framework in. */
interface UsesSpring {
    JdbcClient jdbc();
}
