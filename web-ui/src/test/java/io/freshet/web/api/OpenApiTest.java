package io.freshet.web.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.support.StaticWebApplicationContext;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;

class OpenApiTest {
    private static Map<RequestMappingInfo, HandlerMethod> mapped;
    private static JsonNode document;

    /** Maps every controller on the class path as Spring does, and makes none of them. */
    @BeforeAll
    static void mapControllers() {
        ClassPathScanningCandidateComponentProvider scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(RestController.class));
        scanner.addIncludeFilter(new AnnotationTypeFilter(Controller.class));
        StaticWebApplicationContext context = new StaticWebApplicationContext();
        for (BeanDefinition found : scanner.findCandidateComponents("io.freshet.web")) {
            found.setLazyInit(true);
            context.registerBeanDefinition(String.valueOf(found.getBeanClassName()), found);
        }
        context.refresh();
        RequestMappingHandlerMapping mapping = new RequestMappingHandlerMapping();
        mapping.setApplicationContext(context);
        mapping.afterPropertiesSet();
        mapped = mapping.getHandlerMethods();
        document = OpenApi.describe(mapped);
    }

    private static Set<String> described() {
        Set<String> operations = new TreeSet<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(operation ->
                                operations.add(operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey())));
        return operations;
    }

    @Test
    void everyOperationOfTheApiIsDescribedAndNothingElse() {
        Set<String> expected = new TreeSet<>();
        mapped.keySet()
                .forEach(info -> info.getPatternValues().stream()
                        .filter(path -> path.startsWith("/api/v1"))
                        .forEach(path -> info.getMethodsCondition()
                                .getMethods()
                                .forEach(verb -> expected.add(verb + " " + path.substring("/api/v1".length())))));

        assertThat(expected)
                .contains("GET /status", "GET /targets/{target}/runs/{run}/report")
                .hasSizeGreaterThan(40);
        assertThat(described()).isEqualTo(expected);
        assertThat(OpenApi.summaries().stringPropertyNames()).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void everyVariableOfAPathIsAParameterAndEveryReferenceLeadsSomewhere() {
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    List<String> parameters = operation
                            .getValue()
                            .path("parameters")
                            .valueStream()
                            .filter(parameter -> parameter.path("in").asString().equals("path"))
                            .map(parameter -> parameter.path("name").asString())
                            .toList();
                    List<String> variables = Pattern.compile("\\{(\\w+)}")
                            .matcher(path.getKey())
                            .results()
                            .map(found -> found.group(1))
                            .toList();
                    assertThat(parameters).as(path.getKey()).containsExactlyInAnyOrderElementsOf(variables);
                }));
        Set<String> referred = new HashSet<>();
        Matcher references = Pattern.compile("#/components/schemas/(\\w+)").matcher(document.toString());
        while (references.find()) {
            referred.add(references.group(1));
        }
        assertThat(document.path("components").path("schemas").propertyNames())
                .containsExactlyInAnyOrderElementsOf(referred);
    }

    @Test
    void bodiesAndAnswersAreTheRecordsAndWhatMayBeNullIsNotRequired() {
        JsonNode wait = document.path("paths").path("/wait").path("post");
        assertThat(wait.at("/requestBody/required").asBoolean()).isFalse();
        JsonNode asked =
                schema(wait.at("/requestBody/content").path("application/json").path("schema"));
        assertThat(asked.path("properties").propertyNames())
                .containsExactly("target", "path", "source", "timeoutSeconds");
        assertThat(asked.has("required")).isFalse();
        JsonNode answer = schema(
                wait.at("/responses/200/content").path("application/json").path("schema"));
        assertThat(answer.at("/properties/outcome/enum").toString()).contains("COMPLETE", "TIMED_OUT");
        JsonNode target = schema(answer.at("/properties/targets/items"));
        assertThat(target.path("required").toString()).contains("remaining").doesNotContain("waitingFor");
        JsonNode problem = schema(wait.at("/responses/default/content")
                .path("application/problem+json")
                .path("schema"));
        assertThat(problem.path("properties").propertyNames())
                .contains("type", "title", "status", "detail", "instance");
        JsonNode pause = document.path("paths")
                .path("/targets/{target}/pause")
                .path("post")
                .path("responses");
        assertThat(pause.path("204").has("content")).isFalse();
        assertThat(document.path("paths")
                        .path("/holds/{hold}/approve")
                        .path("post")
                        .path("responses")
                        .propertyNames())
                .containsExactly("2XX", "default");
        JsonNode limit = document.path("paths")
                .path("/runs")
                .path("get")
                .path("parameters")
                .get(2);
        assertThat(limit.path("required").asBoolean()).isFalse();
        assertThat(limit.at("/schema/default").asInt()).isEqualTo(50);
    }

    private static JsonNode schema(JsonNode reference) {
        String name = reference.path("$ref").asString().replaceFirst(".*/", "");
        return document.path("components").path("schemas").path(name);
    }
}
