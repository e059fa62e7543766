package org.samfast.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendLostException;
import org.samfast.cli.output.OutputFile;
import org.samfast.cli.terminal.ExitCode;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The stages with numbers for images: number n is read as n, computed as 10 n and printed. */
@Timeout(60)
class PipelineTest {
    private static final Limits LIMITS = new Limits(4, 1, 3, 1000);

    private final StringWriter stdout = new StringWriter();
    private final StringWriter stderr = new StringWriter();
    private RunReport report;

    @Command(name = "numbers")
    private static final class Numbers {}

    /** What the tests change. */
    private static class Tens implements Work<Integer, Integer, Integer> {
        final List<List<Integer>> batches = Collections.synchronizedList(new ArrayList<>());
        final AtomicInteger inHand = new AtomicInteger();
        final AtomicInteger mostInHand = new AtomicInteger();

        @Override
        public String name(Integer input) {
            return "n" + input;
        }

        @Override
        public Integer read(Integer input) throws IOException {
            mostInHand.accumulateAndGet(inHand.incrementAndGet(), Math::max);
            return input;
        }

        @Override
        public long bytes(Integer read) {
            return 1;
        }

        @Override
        public List<Integer> compute(List<Integer> batch) throws IOException {
            batches.add(batch);
            return batch.stream().map(n -> 10 * n).toList();
        }

        @Override
        public InOrder write(Integer result) throws IOException {
            return () -> {
                inHand.decrementAndGet();
                return List.of(String.valueOf(result));
            };
        }

        @Override
        public String goesOn() {
            return "try again";
        }
    }

    @BeforeEach
    void aReportOnStrings() {
        CommandLine command = new CommandLine(new Numbers());
        command.setOut(new PrintWriter(stdout, true)).setErr(new PrintWriter(stderr, true));
        report = new RunReport(command, false, false);
    }

    private int run(Tens work, Limits limits, int count) throws IOException {
        return new Pipeline<>(work, limits, report)
                .run(IntStream.range(0, count).boxed().toList());
    }

    private static List<String> tens(int count) {
        return IntStream.range(0, count).mapToObj(n -> String.valueOf(10 * n)).toList();
    }

    @Test
    void resultsComeInTheOrderOfTheInputsWhicheverIsReadOrWrittenFirst() throws Exception {
        Tens work = new Tens() {
            @Override
            public Integer read(Integer input) throws IOException {
                pause(input % 3);
                return super.read(input);
            }

            @Override
            public InOrder write(Integer result) throws IOException {
                pause(2 - result / 10 % 3);
                return super.write(result);
            }
        };
        assertThat(run(work, LIMITS, 200)).isEqualTo(ExitCode.DONE);
        assertThat(stdout.toString().lines()).containsExactlyElementsOf(tens(200));
        assertThat(work.batches).allSatisfy(batch -> assertThat(batch).hasSizeBetween(1, 4));
        assertThat(work.batches).anySatisfy(batch -> assertThat(batch).hasSize(4));
        assertThat(stderr.toString()).isEmpty();
    }

    @Test
    void noMoreThanTheLimitIsInHand() throws Exception {
        Tens work = new Tens();
        run(work, LIMITS, 500);
        assertThat(work.mostInHand.get()).isBetween(2, LIMITS.inputs());
    }

    @Test
    void whatTakesAllTheMemoryGoesOneByOne() throws Exception {
        Tens large = new Tens() {
            @Override
            public long bytes(Integer read) {
                return 1001;
            }
        };
        assertThat(run(large, LIMITS, 50)).isEqualTo(ExitCode.DONE);
        assertThat(stdout.toString().lines()).containsExactlyElementsOf(tens(50));
        // until the first is measured, each thread may take one
        assertThat(large.mostInHand.get()).isLessThanOrEqualTo(LIMITS.threads() + 1);
    }

    @Test
    void badInputsFailAloneInEveryStageAndTheRestIsDone() throws Exception {
        Tens work = new Tens() {
            @Override
            public Integer read(Integer input) throws IOException {
                if (input < 30 && input != 0) { // more in a row than may be in hand
                    throw new IOException("unreadable");
                }
                return super.read(input);
            }

            @Override
            public List<Integer> compute(List<Integer> batch) throws IOException {
                if (batch.contains(50)) {
                    throw new BackendException("too many prompts");
                }
                return super.compute(batch);
            }

            @Override
            public InOrder write(Integer result) throws IOException {
                if (result == 600) {
                    throw new IOException("cannot be written");
                }
                return super.write(result);
            }
        };
        assertThat(run(work, LIMITS, 70)).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(stdout.toString().lines()).hasSize(70 - 31).contains("0", "300", "490", "510", "690");
        assertThat(stderr.toString())
                .contains("sam: unreadable", "sam: too many prompts", "sam: cannot be written")
                .contains("sam: 31 of 70 images failed: n1, n2, ", "n29, n50, n60");
    }

    @Test
    void whereEveryInputIsBadTheBackendIsNotOpened() throws Exception {
        Tens work = new Tens() {
            @Override
            public Integer read(Integer input) throws IOException {
                throw new IOException("unreadable");
            }

            @Override
            public void open() {
                throw new AssertionError();
            }
        };
        assertThat(run(work, LIMITS, 3)).isEqualTo(ExitCode.BAD_INPUT);
    }

    @Test
    void aBackendThatDoesNotOpenEndsTheRun() {
        Tens work = new Tens() {
            @Override
            public void open() {
                throw new BackendException("no GPU");
            }
        };
        assertThatThrownBy(() -> run(work, LIMITS, 100))
                .isInstanceOf(BackendException.class)
                .hasMessage("no GPU");
        assertThat(stdout.toString()).isEmpty();
    }

    @Test
    void aLostBackendFailsItsBatchAndStopsTheRun() throws Exception {
        Tens work = new Tens() {
            @Override
            public List<Integer> compute(List<Integer> batch) throws IOException {
                if (batch.contains(21)) {
                    throw new BackendLostException(
                            "the GPU is gone", new IOException(), BackendLostException.Call.THIS);
                }
                return super.compute(batch);
            }
        };
        assertThat(run(work, new Limits(4, 1, 1, 1000), 1000)).isEqualTo(ExitCode.BACKEND_NOT_USABLE);
        int done = Math.toIntExact(stdout.toString().lines().count());
        assertThat(done).isBetween(18, 21);
        assertThat(stderr.toString())
                .contains("sam: the GPU is gone", "of 1000 images failed: ", "n21")
                .endsWith(
                        "sam: stopped because the backend is lost: " + done + " of 1000 images are done; try again\n");
    }

    @Test
    void aBatchBesideTheOneThatLostTheBackendIsDroppedAndNotBlamed() throws Exception {
        CountDownLatch bothThere = new CountDownLatch(2);
        List<Integer> blamed = new CopyOnWriteArrayList<>();
        Tens work = new Tens() {
            @Override
            public List<Integer> compute(List<Integer> batch) throws IOException {
                boolean guilty = batch.contains(20);
                if (guilty) {
                    blamed.addAll(batch);
                }
                if (batch.getLast() >= 20) {
                    bothThere.countDown();
                    await(bothThere);
                    throw new BackendLostException(
                            "the GPU is gone",
                            new IOException(),
                            guilty ? BackendLostException.Call.THIS : BackendLostException.Call.ANOTHER);
                }
                return super.compute(batch);
            }
        };
        assertThat(run(work, new Limits(4, 2, 3, 1000), 1000)).isEqualTo(ExitCode.BACKEND_NOT_USABLE);
        assertThat(stderr.toString())
                .contains(blamed.stream()
                        .map(n -> "n" + n)
                        .collect(Collectors.joining(", ", blamed.size() + " of 1000 images failed: ", "\n")));
    }

    @Test
    void thereAreAsManyCallsAtOnceAsTheBackendTakesAndResultsStayInOrder() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Tens work = new Tens() {
            @Override
            public List<Integer> compute(List<Integer> batch) throws IOException {
                most.accumulateAndGet(calls.incrementAndGet(), Math::max);
                pause(batch.contains(0) ? 200 : 5);
                calls.decrementAndGet();
                return super.compute(batch);
            }
        };
        assertThat(run(work, new Limits(4, 2, 3, 1000), 100)).isEqualTo(ExitCode.DONE);
        assertThat(most).hasValue(2);
        assertThat(stdout.toString().lines()).containsExactlyElementsOf(tens(100));
    }

    @Test
    void aFullDiskIsReportedOnceAndStopsTheRun() throws Exception {
        Path file = Files.createTempFile("full", ".txt");
        Tens work = new Tens() {
            @Override
            public InOrder write(Integer result) throws IOException {
                if (result >= 100) {
                    OutputFile.write(file, _ -> {
                        throw new IOException("No space left on device");
                    });
                }
                return super.write(result);
            }
        };
        assertThat(run(work, LIMITS, 1000)).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(stdout.toString().lines()).containsExactlyElementsOf(tens(10));
        assertThat(stderr.toString())
                .isEqualTo(
                        "sam: cannot write " + file + ": No space left on device\n"
                                + "sam: stopped because the disk is full, make room or choose another --out: 10 of 1000 images are done; try again\n");
        Files.delete(file);
    }

    @Test
    void aBugEndsTheRunAfterWhatWasDoneBefore() {
        Tens work = new Tens() {
            @Override
            public InOrder write(Integer result) throws IOException {
                if (result == 100) {
                    throw new IllegalStateException("bug");
                }
                return super.write(result);
            }
        };
        assertThatThrownBy(() -> run(work, LIMITS, 1000)).hasMessage("bug");
        assertThat(stdout.toString().lines()).startsWith("0", "10").hasSizeLessThan(100);
    }

    @Test
    void inputsDoneOrFailedBeforeCount() throws Exception {
        report.doneBefore(5);
        report.failedBefore("folder", new IOException("folder: no image in this folder"));
        assertThat(run(new Tens(), LIMITS, 2)).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(stderr.toString()).endsWith("sam: 1 of 8 images failed: folder\n");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
