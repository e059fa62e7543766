package org.samfast.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** {@code sam 0.1.0 (commit 6a81bd9, Java 25.0.3+9)}; the build writes version and commit. */
final class VersionProvider implements IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
        Properties build = build();
        String commit = commit();
        String from = commit.isEmpty() ? "" : "commit " + commit + ", ";
        return new String[] {"sam " + build.getProperty("version") + " (" + from + "Java " + Runtime.version() + ")"};
    }

    /** The version without commit: {@code 0.1.0}. */
    static String version() throws IOException {
        return build().getProperty("version", "");
    }

    /** The commit that sam was built from; empty where the build did not know. */
    static String commit() throws IOException {
        return build().getProperty("commit", "");
    }

    private static Properties build() throws IOException {
        Properties build = new Properties();
        try (InputStream in = VersionProvider.class.getResourceAsStream("build.properties")) {
            if (in == null) {
                throw new IOException("build.properties is missing from the jar of sam: build it with Maven");
            }
            build.load(in);
        }
        return build;
    }
}
