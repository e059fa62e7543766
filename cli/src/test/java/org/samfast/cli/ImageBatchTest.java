package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class ImageBatchTest {
    @Command
    private static final class Nothing {}

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final ImageBatch batch = new ImageBatch(
            new CommandLine(new Nothing()).setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)),
            false,
            true);

    /** Work on numbers that is only done when as many others have begun as are to be in flight. */
    private record Together(CyclicBarrier begun) implements ImageBatch.Work<Integer> {
        @Override
        public String name(Integer image) {
            return "image" + image;
        }

        @Override
        public List<String> process(Integer image) throws IOException {
            try {
                begun.await(10, TimeUnit.SECONDS);
                // the later ones of a set are done first
                Thread.sleep(20L * (4 - image));
            } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
                throw new IllegalStateException("not in flight together", e);
            }
            if (image == 2) {
                throw new IOException("it is bad");
            }
            return List.of("done " + image);
        }
    }

    @Test
    void severalAreInFlightAndResultsComeInOrder() throws IOException {
        List<Integer> images = IntStream.range(0, 4).boxed().toList();
        assertThat(batch.run(images, new Together(new CyclicBarrier(4)), 4)).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(out.toString().lines()).containsExactly("done 0", "done 1", "done 3");
        assertThat(err.toString()).contains("it is bad", "1 of 4 images failed: image2");
    }
}
