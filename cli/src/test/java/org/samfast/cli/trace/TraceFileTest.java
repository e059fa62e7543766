package org.samfast.cli.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.samfast.backend.TraceSpan;
import org.samfast.backend.TraceSpan.Kind;

class TraceFileTest {
    @TempDir
    Path folder;

    private final TraceFile trace = new TraceFile();
    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("trace.json");
    }

    @Test
    void spansAreCompleteEventsInMicrosecondsFromTheFirst() throws Exception {
        trace.add(span(Kind.SEQUENCE, "encoder", 2_000_001, 5_000_123, Map.of()));
        trace.add(span(Kind.KERNEL, "linear_bf16", 2_000_500, 4_000_000, Map.of("M", 4096L, "percent_of_limit", 61.5)));
        trace.add(span(Kind.STAGE, "embed", 1_000_000, 6_000_000, Map.of()));
        trace.write(file, Map.of("command", "sam bench", "device", "a GPU"));
        TraceEvents read = TraceEvents.read(file);
        assertThat(read.of("stage").getFirst()).containsEntry("ts", "0.000").containsEntry("dur", "5000.000");
        assertThat(read.of("kernel").getFirst())
                .containsEntry("ts", "1000.500")
                .containsEntry("dur", "1999.500")
                .containsEntry("args.M", "4096")
                .containsEntry("args.percent_of_limit", "61.5");
        assertThat(Files.readString(file)).contains("\"command\" : \"sam bench\"", "\"name\" : \"a GPU\"");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(file); // no temporary one
        }
    }

    @Test
    void everyThreadOfTheHostHasATrackOfItsOwn() throws Exception {
        trace.stage("read", () -> 1);
        Thread other =
                Thread.ofPlatform().name("reader").start(() -> trace.add(TraceSpan.stage("read", System.nanoTime())));
        other.join();
        trace.write(file, Map.of());
        assertThat(TraceEvents.read(file).of("stage"))
                .extracting(event -> event.get("tid"))
                .containsExactly("1", "2");
        assertThat(Files.readString(file)).contains("reader").doesNotContain("\"pid\" : 2");
    }

    @Test
    void whatCrossesIsNoTrackAndTheCheckSeesIt() throws Exception {
        trace.add(span(Kind.KERNEL, "a", 0, 2000, Map.of()));
        trace.add(span(Kind.KERNEL, "b", 1000, 3000, Map.of()));
        trace.write(file, Map.of());
        assertThatThrownBy(() -> TraceEvents.read(file))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("within");
    }

    @Test
    void aSpanDoesNotEndBeforeItBegins() {
        assertThatThrownBy(() -> span(Kind.STAGE, "read", 2, 1, Map.of()))
                .hasMessage("span of read: expected an end not before the start, got -1 ns");
    }

    private static TraceSpan span(Kind kind, String name, long start, long end, Map<String, Object> details) {
        return new TraceSpan(kind, name, start, end, details);
    }
}
