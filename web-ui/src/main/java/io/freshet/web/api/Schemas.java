package io.freshet.web.api;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The shapes of what the API takes and gives, by record; what may be null is not required. */
final class Schemas {
    static final String REFERENCE = "#/components/schemas/";

    private final Map<String, ObjectNode> named = new TreeMap<>();
    private final Map<String, Type> types = new TreeMap<>();

    /** Returns what is referred to by name. */
    Map<String, ObjectNode> named() {
        return named;
    }

    /** Returns the schema of a type: a reference for a record. */
    ObjectNode of(Type type) {
        return of(type, Map.of());
    }

    private ObjectNode of(Type type, Map<TypeVariable<?>, Type> meant) {
        ObjectNode schema = JsonMapper.shared().createObjectNode();
        if (type instanceof TypeVariable<?> variable) {
            return of(meant.getOrDefault(variable, Object.class), meant);
        }
        if (type instanceof WildcardType any) {
            return of(any.getUpperBounds()[0], meant);
        }
        Class<?> raw = raw(type);
        if (Collection.class.isAssignableFrom(raw)) {
            schema.put("type", "array").set("items", of(argument(type, 0), meant));
        } else if (Map.class.isAssignableFrom(raw)) {
            schema.put("type", "object").set("additionalProperties", of(argument(type, 1), meant));
        } else if (raw == Optional.class) {
            return of(argument(type, 0), meant);
        } else if (raw.isRecord()) {
            return schema.put("$ref", REFERENCE + named(type, raw));
        } else {
            single(schema, raw);
        }
        return schema;
    }

    private static void single(ObjectNode schema, Class<?> raw) {
        if (raw.isEnum()) {
            ArrayNode words = schema.put("type", "string").putArray("enum");
            for (Object constant : raw.getEnumConstants()) {
                words.add(((Enum<?>) constant).name());
            }
        } else if (raw == boolean.class || raw == Boolean.class) {
            schema.put("type", "boolean");
        } else if (raw == int.class
                || raw == Integer.class
                || raw == long.class
                || raw == Long.class
                || raw == OptionalLong.class) {
            schema.put("type", "integer").put("format", raw == int.class || raw == Integer.class ? "int32" : "int64");
        } else if (raw == double.class || raw == Double.class) {
            schema.put("type", "number");
        } else if (raw == Instant.class) {
            schema.put("type", "string").put("format", "date-time");
        } else if (raw == Duration.class) {
            schema.put("type", "string").put("format", "duration");
        } else if (raw == String.class) {
            schema.put("type", "string");
        } else {
            schema.put("type", "object");
        }
    }

    /** Returns the name of a record's schema, which is made when it is first met. */
    private String named(Type type, Class<?> raw) {
        String simple = name(raw)
                + (type instanceof ParameterizedType of ? "Of" + name(raw(of.getActualTypeArguments()[0])) : "");
        String name = simple;
        for (int i = 2; types.containsKey(name) && !types.get(name).equals(type); i++) {
            name = simple + i;
        }
        if (types.putIfAbsent(name, type) == null) {
            ObjectNode schema = JsonMapper.shared().createObjectNode().put("type", "object");
            named.put(name, schema);
            fill(schema, type, raw);
        }
        return name;
    }

    private void fill(ObjectNode schema, Type type, Class<?> raw) {
        Map<TypeVariable<?>, Type> meant = new HashMap<>();
        if (type instanceof ParameterizedType of) {
            for (int i = 0; i < raw.getTypeParameters().length; i++) {
                meant.put(raw.getTypeParameters()[i], of.getActualTypeArguments()[i]);
            }
        }
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = JsonMapper.shared().createArrayNode();
        for (RecordComponent component : raw.getRecordComponents()) {
            properties.set(component.getName(), of(component.getGenericType(), meant));
            if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                required.add(component.getName());
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
    }

    /** Names of nested records say little without the one around them. */
    private static String name(Class<?> type) {
        Class<?> around = type.getEnclosingClass();
        return around == null ? type.getSimpleName() : name(around) + type.getSimpleName();
    }

    private static Class<?> raw(Type type) {
        if (type instanceof Class<?> itself) {
            return itself;
        }
        return type instanceof ParameterizedType parameterized ? (Class<?>) parameterized.getRawType() : Object.class;
    }

    private static Type argument(Type type, int index) {
        return type instanceof ParameterizedType parameterized
                ? parameterized.getActualTypeArguments()[index]
                : Object.class;
    }
}
