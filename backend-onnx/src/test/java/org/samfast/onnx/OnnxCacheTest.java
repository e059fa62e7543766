package org.samfast.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.samfast.backend.Precision;
import org.samfast.checkpoint.Checkpoint;

final class OnnxCacheTest {
    private static final Path MODEL =
            Path.of(System.getProperty("sam.testdata")).resolveSibling("models/sam_vit_t.bf16.safetensors");

    @TempDir
    private Path directory;

    private final AtomicInteger builds = new AtomicInteger();
    private Checkpoint checkpoint;

    @BeforeEach
    void open() throws IOException {
        checkpoint = Checkpoint.open(MODEL);
    }

    @AfterEach
    void close() {
        checkpoint.close();
    }

    private Path entry() throws Exception {
        return new OnnxCache(directory).entry(checkpoint, Precision.FP32, (part, file) -> {
            builds.incrementAndGet();
            Files.writeString(file, part + " as built");
        });
    }

    @Test
    void anEntryIsBuiltOnceAndFoundAgain() throws Exception {
        Path first = entry();
        assertThat(entry()).isEqualTo(first);
        assertThat(builds).hasValue(OnnxModels.Part.values().length);
        assertThat(first.resolve(OnnxModels.Part.ENCODER.fileName())).hasContent("ENCODER as built");
    }

    @Test
    void theSameContentUnderAnotherNameIsTheSameEntry(@TempDir Path elsewhere) throws Exception {
        Path first = entry();
        checkpoint.close();
        checkpoint = Checkpoint.open(Files.copy(MODEL, elsewhere.resolve("renamed.safetensors")));
        assertThat(entry()).isEqualTo(first);
    }

    @Test
    void whatAKilledBuildLeftIsReplaced() throws Exception {
        Path entry = entry();
        Path unfinished = directory.resolve(entry.getFileName() + ".unfinished");
        Files.move(entry, unfinished);
        Files.writeString(unfinished.resolve(OnnxModels.Part.ENCODER.fileName()), "half");
        assertThat(entry().resolve(OnnxModels.Part.ENCODER.fileName())).hasContent("ENCODER as built");
        assertThat(unfinished).doesNotExist();
    }

    @Test
    void anEntryThatLostBytesIsBuiltAgain() throws Exception {
        Path encoder = entry().resolve(OnnxModels.Part.ENCODER.fileName());
        Files.writeString(encoder, "cut");
        entry();
        assertThat(encoder).hasContent("ENCODER as built");
    }

    @Test
    void aFailedBuildLeavesNothingBehindAndTheNextSucceeds() throws Exception {
        assertThatThrownBy(() -> new OnnxCache(directory).entry(checkpoint, Precision.FP32, (part, file) -> {
                    Files.writeString(file, "half");
                    throw new IOException("no space left on device");
                }))
                .hasMessage("no space left on device");
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left.filter(path -> !path.toString().endsWith(".lock")).filter(path -> !path.endsWith("hashes")))
                    .isEmpty();
        }
        assertThat(entry()).isDirectory();
    }

    @Test
    void threadsThatAskAtOnceShareOneBuild() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Callable<Path>> four = Collections.nCopies(4, this::entry);
            var all = threads.invokeAll(four);
            for (var one : all) {
                assertThat(one.get()).isDirectory();
            }
        }
        assertThat(builds).hasValue(OnnxModels.Part.values().length);
    }
}
