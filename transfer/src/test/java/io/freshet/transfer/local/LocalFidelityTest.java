package io.freshet.transfer.local;

import io.freshet.target.TargetAddress;
import io.freshet.target.TargetSession;
import io.freshet.transfer.FidelityContract;
import java.util.Map;

class LocalFidelityTest extends FidelityContract {
    @Override
    protected TargetAddress address() {
        return new TargetAddress("copy", root.toUri(), Map.of());
    }

    @Override
    protected TargetSession connect(TargetAddress address) {
        return new LocalTargetConnector().connect(address);
    }
}
