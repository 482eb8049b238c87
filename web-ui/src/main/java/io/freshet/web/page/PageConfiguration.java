package io.freshet.web.page;

import io.freshet.web.account.CurrentActor;
import io.freshet.web.monitoring.MonitoringConfiguration;
import java.time.Duration;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.PropertySource;
import org.springframework.http.CacheControl;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.resource.LiteWebJarsResourceResolver;
import org.springframework.web.servlet.resource.ResourceUrlEncodingFilter;
import org.springframework.web.servlet.resource.VersionResourceResolver;

/** The pages, and what they are made of. */
@Configuration(proxyBeanMethods = false)
@PropertySource("classpath:io/freshet/web/pages.properties")
@Import({
    LookController.class,
    TargetController.class,
    FailedController.class,
    SourceController.class,
    CheckpointController.class,
    HoldController.class,
    PolicyController.class,
    VerificationController.class,
    ActionController.class,
    AccountController.class,
    AdministrationController.class,
    ErrorPages.class,
    PageModel.class
})
public class PageConfiguration {
    private static final CacheControl FOR_EVER =
            CacheControl.maxAge(Duration.ofDays(365)).cachePublic().immutable();

    /** Lets {@code th:href} put the version into the address of an asset. */
    @Bean
    ResourceUrlEncodingFilter assetVersions() {
        return new ResourceUrlEncodingFilter();
    }

    @Bean
    WebMvcConfigurer pages(CurrentActor current) {
        return new WebMvcConfigurer() {
            @Override
            public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
                resolvers.add(current);
            }

            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(current)
                        .excludePathPatterns(
                                "/assets/**",
                                "/webjars/**",
                                "/error",
                                "/login",
                                MonitoringConfiguration.METRICS,
                                MonitoringConfiguration.ALIVE,
                                MonitoringConfiguration.READY);
                registry.addInterceptor(new KnownParameters())
                        .excludePathPatterns("/assets/**", "/webjars/**", "/events", MonitoringConfiguration.METRICS);
            }

            @Override
            public void addResourceHandlers(ResourceHandlerRegistry registry) {
                registry.addResourceHandler("/assets/**")
                        .addResourceLocations("classpath:/io/freshet/web/assets/")
                        .setCacheControl(FOR_EVER)
                        .resourceChain(true)
                        .addResolver(new VersionResourceResolver().addContentVersionStrategy("/**"));
                registry.addResourceHandler("/webjars/**")
                        .addResourceLocations("classpath:/META-INF/resources/webjars/")
                        .setCacheControl(FOR_EVER)
                        .resourceChain(true)
                        .addResolver(new LiteWebJarsResourceResolver());
            }
        };
    }
}
