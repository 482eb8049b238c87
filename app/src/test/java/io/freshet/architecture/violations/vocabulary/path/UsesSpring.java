package io.freshet.architecture.violations.vocabulary.path;

import org.springframework.jdbc.core.simple.JdbcClient;

/** A word of the vocabulary that drags a framework in. */
interface UsesSpring {
    JdbcClient jdbc();
}
