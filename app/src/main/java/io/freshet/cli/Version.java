package io.freshet.cli;

import picocli.CommandLine.IVersionProvider;

/** Which Freshet this is, from the jar's manifest. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {"freshet " + (version == null ? "(not from a jar)" : version)};
    }
}
