package io.freshet.web.api;

import io.freshet.web.account.Actor;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.node.ObjectNode;

/** Publishes the description of the API. It is made when it is first asked for, so that it costs no start. */
@RestController
@RequestMapping("/api/v1")
final class OpenApiController {
    private final ObjectProvider<RequestMappingHandlerMapping> mapping;

    private volatile @Nullable ObjectNode document;

    OpenApiController(@Qualifier("requestMappingHandlerMapping") ObjectProvider<RequestMappingHandlerMapping> mapping) {
        this.mapping = mapping;
    }

    @GetMapping("/openapi.json")
    ObjectNode document(Actor actor) {
        ObjectNode made = document;
        if (made == null) {
            made = OpenApi.describe(mapping.getObject().getHandlerMethods());
            document = made;
        }
        return made;
    }
}
