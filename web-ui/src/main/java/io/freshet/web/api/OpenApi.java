package io.freshet.web.api;

import io.freshet.web.account.Actor;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.ValueConstants;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The API as a document of OpenAPI 3.1, made of the very methods that answer and the records they take and give, so that
 * it cannot say anything else than they do. Only the summaries are written by hand.
 */
final class OpenApi {
    /** Where all of the API is. */
    static final String BASE = "/api/v1";

    private static final String SUMMARIES = "operations.properties";
    private static final String PROBLEM = "Problem";

    private final ObjectNode document = JsonMapper.shared().createObjectNode();
    private final Schemas schemas = new Schemas();
    private final Properties summaries = summaries();

    private OpenApi() {}

    /** Returns the document for what is mapped. */
    static ObjectNode describe(Map<RequestMappingInfo, HandlerMethod> mapped) {
        OpenApi api = new OpenApi();
        api.head();
        Map<String, Map<String, HandlerMethod>> operations = new TreeMap<>();
        mapped.forEach((info, method) -> {
            for (String path : info.getPatternValues()) {
                if (path.startsWith(BASE + "/")) {
                    for (RequestMethod verb : info.getMethodsCondition().getMethods()) {
                        operations.computeIfAbsent(path, key -> new TreeMap<>()).put(verb.name(), method);
                    }
                }
            }
        });
        ObjectNode paths = api.document.putObject("paths");
        operations.forEach((path, byVerb) -> {
            ObjectNode item = paths.putObject(path.substring(BASE.length()));
            byVerb.forEach(
                    (verb, method) -> api.operation(item.putObject(verb.toLowerCase(Locale.ROOT)), verb, path, method));
        });
        api.components();
        return api.document;
    }

    /** Returns the summaries by method and path, as {@code GET /status}. */
    static Properties summaries() {
        Properties read = new Properties();
        try (InputStream in = Objects.requireNonNull(OpenApi.class.getResourceAsStream(SUMMARIES))) {
            read.load(new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return read;
    }

    private void head() {
        document.put("openapi", "3.1.0");
        ObjectNode info = document.putObject("info");
        info.put("title", "Freshet");
        info.put("version", "1");
        info.put(
                "description",
                "Keeps replicas fresh. Every request needs a token; what it may is what its account may.");
        document.putArray("servers").addObject().put("url", BASE);
        document.putArray("security").addObject().putArray("token");
    }

    private void operation(ObjectNode operation, String verb, String path, HandlerMethod method) {
        String below = path.substring(BASE.length());
        operation.put("operationId", verb.toLowerCase(Locale.ROOT) + below.replaceAll("[^A-Za-z0-9]+", "_"));
        String summary = summaries.getProperty(verb + " " + below);
        if (summary != null) {
            operation.put("summary", summary);
        }
        ArrayNode parameters = JsonMapper.shared().createArrayNode();
        for (Parameter parameter : method.getMethod().getParameters()) {
            if (parameter.isAnnotationPresent(RequestBody.class)) {
                body(operation, parameter);
            } else if (parameter.getType() != Actor.class) {
                parameter(parameters, parameter);
            }
        }
        if (!parameters.isEmpty()) {
            operation.set("parameters", parameters);
        }
        responses(operation.putObject("responses"), method);
    }

    private void parameter(ArrayNode parameters, Parameter parameter) {
        PathVariable inPath = parameter.getAnnotation(PathVariable.class);
        RequestParam inQuery = AnnotatedElementUtils.findMergedAnnotation(parameter, RequestParam.class);
        if (inPath != null) {
            describe(parameters.addObject(), parameter.getName(), "path", true)
                    .set("schema", schemas.of(parameter.getParameterizedType()));
        } else if (inQuery != null) {
            String name = inQuery.name().isEmpty() ? parameter.getName() : inQuery.name();
            boolean hasDefault = !inQuery.defaultValue().equals(ValueConstants.DEFAULT_NONE);
            ObjectNode schema = schemas.of(parameter.getParameterizedType());
            if (hasDefault && parameter.getType() == String.class) {
                schema.put("default", inQuery.defaultValue());
            } else if (hasDefault) {
                schema.put("default", Integer.parseInt(inQuery.defaultValue()));
            }
            describe(parameters.addObject(), name, "query", inQuery.required() && !hasDefault)
                    .set("schema", schema);
        }
    }

    private static ObjectNode describe(ObjectNode parameter, String name, String where, boolean required) {
        return parameter.put("name", name).put("in", where).put("required", required);
    }

    private void body(ObjectNode operation, Parameter parameter) {
        ObjectNode body = operation.putObject("requestBody");
        body.put(
                "required",
                Objects.requireNonNull(parameter.getAnnotation(RequestBody.class))
                        .required());
        ObjectNode content = body.putObject("content");
        if (parameter.getType() == byte[].class) {
            content.putObject("application/json").putObject("schema").put("type", "object");
            content.putObject("application/yaml").putObject("schema").put("type", "string");
        } else {
            content.putObject("application/json").set("schema", schemas.of(parameter.getParameterizedType()));
        }
    }

    private void responses(ObjectNode responses, HandlerMethod method) {
        ResponseStatus status = AnnotatedElementUtils.findMergedAnnotation(method.getMethod(), ResponseStatus.class);
        if (status == null) {
            status = AnnotatedElementUtils.findMergedAnnotation(method.getBeanType(), ResponseStatus.class);
        }
        Type given = given(method.getMethod().getGenericReturnType());
        // Where the method decides which, all that can be said is that it went well.
        boolean decidesItself = method.getMethod().getReturnType() == ResponseEntity.class;
        String succeeded =
                status == null ? "200" : Integer.toString(status.code().value());
        ObjectNode done = responses.putObject(decidesItself ? "2XX" : succeeded);
        done.put("description", "Done.");
        if (given != void.class) {
            done.putObject("content").putObject("application/json").set("schema", schemas.of(given));
        } else if (status == null) {
            // Written by the method itself, as it goes: reports.
            done.putObject("content")
                    .putObject("application/json")
                    .putObject("schema")
                    .put("type", "object");
            done.withObject("/content")
                    .putObject("text/csv")
                    .putObject("schema")
                    .put("type", "string");
        }
        ObjectNode refused = responses.putObject("default");
        refused.put("description", "Refused or failed: what, why, and what to do next (RFC 9457).");
        refused.putObject("content")
                .putObject("application/problem+json")
                .putObject("schema")
                .put("$ref", Schemas.REFERENCE + PROBLEM);
    }

    /** Returns what is answered, whenever and with whichever status. */
    private static Type given(Type declared) {
        return declared instanceof ParameterizedType type
                        && (type.getRawType() == DeferredResult.class || type.getRawType() == ResponseEntity.class)
                ? type.getActualTypeArguments()[0]
                : declared;
    }

    private void components() {
        ObjectNode components = document.putObject("components");
        ObjectNode named = components.putObject("schemas");
        schemas.named().forEach(named::set);
        ObjectNode problem = named.putObject(PROBLEM).put("type", "object").putObject("properties");
        problem.putObject("type").put("type", "string").put("format", "uri-reference");
        problem.putObject("title").put("type", "string");
        problem.putObject("status").put("type", "integer");
        problem.putObject("detail").put("type", "string");
        problem.putObject("instance").put("type", "string").put("format", "uri-reference");
        problem.putObject("problems").put("type", "array").putObject("items").put("type", "object");
        components
                .putObject("securitySchemes")
                .putObject("token")
                .put("type", "http")
                .put("scheme", "bearer")
                .put("description", "Authorization: Bearer fsh_…");
    }
}
