package io.freshet.architecture.violations.injection.run;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A class that cannot be made without a container. */
final class Injected {
    @Autowired
    JdbcClient jdbc;
}
