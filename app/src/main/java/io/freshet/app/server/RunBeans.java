package io.freshet.app.server;

import io.freshet.app.config.PolicyDocument;
import io.freshet.run.RunConfiguration;
import io.freshet.run.RunSettings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** What delivers. */
@Configuration(proxyBeanMethods = false)
@Import(RunConfiguration.class)
class RunBeans {
    @Bean
    RunSettings runSettings(Parts parts) {
        return new RunSettings(
                parts.configuration().sources(),
                parts.node(),
                parts.configuration().lease(),
                parts.configuration().keep(),
                parts.configuration().space(),
                new PolicyDocument());
    }
}
