package io.freshet.acceptance;

import io.freshet.watch.Tier;

class InotifyScenariosIT extends ScenarioContract {
    @Override
    Tier tier() {
        return Tier.INOTIFY;
    }
}
