package io.freshet.app.lsyncd;

import java.util.List;

/** What a configuration of lsyncd says, once it was run. */
record LsyncdConfiguration(Item.Group settings, List<Sync> syncs) {
    LsyncdConfiguration {
        syncs = List.copyOf(syncs);
    }
}
