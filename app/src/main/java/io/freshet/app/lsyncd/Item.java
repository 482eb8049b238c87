package io.freshet.app.lsyncd;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A value of a configuration written in Lua. */
sealed interface Item {
    /** A string or a number. */
    record Text(String text) implements Item {}

    /** A truth value. */
    record Flag(boolean on) implements Item {}

    /** A function; what it would do is not known. */
    record Code() implements Item {}

    /** A table: what has names, in no order that lsyncd would care for, and what has numbers. */
    record Group(Map<String, Item> named, List<Item> listed) implements Item {
        static final Group EMPTY = new Group(Map.of(), List.of());

        public Group {
            named = new LinkedHashMap<>(named);
            listed = List.copyOf(listed);
        }

        Optional<Item> find(String name) {
            return Optional.ofNullable(named.get(name));
        }

        Optional<String> text(String name) {
            return find(name).flatMap(item -> item instanceof Text text ? Optional.of(text.text()) : Optional.empty());
        }

        /** Returns a table of that name; an empty one where there is none. */
        Group group(String name) {
            return find(name)
                    .map(item -> item instanceof Group group ? group : EMPTY)
                    .orElse(EMPTY);
        }

        /** Returns the strings of a list, or the one that stands in place of a list. */
        List<String> texts(String name) {
            return find(name).map(Item::texts).orElse(List.of());
        }

        /** Returns this with what {@code defaults} has in addition, as lsyncd inherits. */
        Group over(Group defaults) {
            Map<String, Item> merged = new LinkedHashMap<>(named);
            defaults.named.forEach((name, item) -> merged.merge(
                    name,
                    item,
                    (own, theirs) -> own instanceof Group mine && theirs instanceof Group other
                            ? new Group(mine.over(other).named, mine.listed.isEmpty() ? other.listed : mine.listed)
                            : own));
            return new Group(merged, listed);
        }
    }

    /** Returns the strings of a list, or the one that this is. */
    default List<String> texts() {
        if (this instanceof Group group) {
            return group.listed().stream()
                    .flatMap(item -> item.texts().stream())
                    .toList();
        }
        return this instanceof Text text ? List.of(text.text()) : List.of();
    }

    /** Returns how it is shown to a person. */
    default String shown() {
        if (this instanceof Text text) {
            return text.text().length() > 60 ? text.text().substring(0, 60) + "…" : text.text();
        }
        return this instanceof Flag flag ? Boolean.toString(flag.on()) : this instanceof Code ? "function" : "{…}";
    }

    /** Returns whether it stands for yes: Lua takes everything for that but nil and false. */
    default boolean isOn() {
        return !(this instanceof Flag flag) || flag.on();
    }
}
