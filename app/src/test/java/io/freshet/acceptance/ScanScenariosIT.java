package io.freshet.acceptance;

import io.freshet.watch.Tier;

class ScanScenariosIT extends ScenarioContract {
    @Override
    Tier tier() {
        return Tier.SCAN;
    }
}
