package io.freshet.acceptance;

import io.freshet.watch.Tier;

class FanotifyScenariosIT extends ScenarioContract {
    @Override
    Tier tier() {
        return Tier.FANOTIFY;
    }
}
