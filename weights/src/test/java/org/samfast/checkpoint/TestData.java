package org.samfast.checkpoint;

import java.nio.file.Path;

/** Where the repository keeps what tests read. */
final class TestData {
    static final Path ROOT = Path.of(System.getProperty("sam.testdata"));
    static final Path GOLDEN = ROOT.resolve("golden/weights");
    static final Path BROKEN = ROOT.resolve("broken/weights");
    static final Path MODELS = ROOT.resolveSibling("models");

    private TestData() {}
}
