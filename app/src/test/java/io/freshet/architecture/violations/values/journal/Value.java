package io.freshet.architecture.violations.values.journal;

import org.springframework.jdbc.core.simple.JdbcClient;

/** A value that drags a framework in. */
record Value(JdbcClient jdbc) {}
