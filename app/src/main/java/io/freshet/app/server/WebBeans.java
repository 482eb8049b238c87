package io.freshet.app.server;

import io.freshet.app.config.ListenAddress;
import io.freshet.app.config.PolicyDocument;
import io.freshet.app.config.SecretFile;
import io.freshet.failure.ErrorCode;
import io.freshet.failure.FreshetException;
import io.freshet.journal.PolicyBook;
import io.freshet.policy.Policies;
import io.freshet.run.RunThreads;
import io.freshet.web.WebConfiguration;
import io.freshet.web.WebSettings;
import io.freshet.web.account.FirstStart;
import io.freshet.web.account.MetricsToken;
import io.freshet.web.evidence.EvidenceKey;
import io.freshet.web.monitoring.Node;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.ZoneId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.ConfigurationPropertiesAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration;
import org.springframework.boot.servlet.autoconfigure.HttpEncodingAutoConfiguration;
import org.springframework.boot.thymeleaf.autoconfigure.ThymeleafAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.server.ConfigurableWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorMvcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * What answers pages and commands. Names what it takes of Spring Boot, one by one: looking through everything that is on
 * the class path takes longer than all of this.
 */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({
    ConfigurationPropertiesAutoConfiguration.class,
    DispatcherServletAutoConfiguration.class,
    ErrorMvcAutoConfiguration.class,
    HttpEncodingAutoConfiguration.class,
    HttpMessageConvertersAutoConfiguration.class,
    JacksonAutoConfiguration.class,
    LifecycleAutoConfiguration.class,
    PropertyPlaceholderAutoConfiguration.class,
    SecurityAutoConfiguration.class,
    SecurityFilterAutoConfiguration.class,
    ServletWebSecurityAutoConfiguration.class,
    TaskExecutionAutoConfiguration.class,
    ThymeleafAutoConfiguration.class,
    TomcatServletWebServerAutoConfiguration.class,
    WebMvcAutoConfiguration.class
})
@Import(WebConfiguration.class)
class WebBeans {
    private static final Logger LOG = LoggerFactory.getLogger(WebBeans.class);

    @Bean
    WebSettings webSettings(Parts parts) {
        Policies policies = new Policies(
                parts.configuration().policies(), new PolicyBook(parts.dataSource()), new PolicyDocument());
        return new WebSettings(
                ZoneId.systemDefault(),
                Version.text(),
                new PolicyHours(parts.configuration().sources(), policies),
                new SourceLooks(parts.configuration().sources()),
                policies);
    }

    @Bean
    Node node(Parts parts) {
        return new Node(parts.node(), Version.text());
    }

    @Bean
    ServerHealth health(Parts parts, ObjectProvider<RunThreads> runs) {
        return new ServerHealth(parts.roles(), parts.watchers(), runs::getIfAvailable, parts.dataSource());
    }

    @Bean
    EvidenceKey evidenceKey(Parts parts) {
        return EvidenceKey.in(parts.directory().files().checkpointKey());
    }

    @Bean
    MetricsToken metricsToken(Parts parts) {
        Path file = parts.configuration().metricsTokenFile();
        return file == null ? MetricsToken.none() : MetricsToken.of(SecretFile.firstLine(file));
    }

    /**
     * Where the pages really are: on the loopback only, as long as the one-time password is the only way in, because
     * whoever comes first would own the place (rule 48).
     */
    @Bean
    ListenAddress listenAddress(Parts parts, FirstStart firstStart) {
        ListenAddress wanted = parts.configuration().listen();
        if (address(wanted).isLoopbackAddress() || firstStart.isOver()) {
            return wanted;
        }
        LOG.warn(
                "event=loopback-only wanted={} reason=\"no administrator has a password of their own yet: sign in on this"
                        + " machine, choose one, and start Freshet again\"",
                wanted);
        return new ListenAddress(ListenAddress.DEFAULT.host(), wanted.port());
    }

    @Bean
    WebServerFactoryCustomizer<ConfigurableWebServerFactory> webServerAddress(ListenAddress listen) {
        return factory -> {
            factory.setAddress(address(listen));
            factory.setPort(listen.port());
        };
    }

    private static InetAddress address(ListenAddress listen) {
        try {
            return InetAddress.getByName(listen.host());
        } catch (UnknownHostException unknown) {
            throw new FreshetException(
                    ErrorCode.CONFIGURATION_INVALID,
                    "web.listen names the host '" + listen.host() + "', which this machine does not know",
                    unknown);
        }
    }
}
