package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.samfast.backend.BatchFailedException;
import picocli.CommandLine;

class ImageBatchTest {
    @Test
    void whatTheBackendLostIsNamedAndTheNextImageFollows() throws IOException {
        StringWriter stdout = new StringWriter();
        StringWriter stderr = new StringWriter();
        CommandLine command =
                Main.commandLine().setOut(new PrintWriter(stdout, true)).setErr(new PrintWriter(stderr, true));
        int status = new ImageBatch(command, false, false).run(List.of("a.jpg", "b.jpg"), new LosesTheFirst());
        assertThat(status).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(stdout.toString()).isEqualTo("done b.jpg\n");
        assertThat(stderr.toString()).isEqualTo("sam: a.jpg: the GPU is lost\nsam: 1 of 2 images failed: a.jpg\n");
    }

    private static final class LosesTheFirst implements ImageBatch.Work<String> {
        @Override
        public String name(String image) {
            return image;
        }

        @Override
        public List<String> process(String image) {
            if (image.equals("a.jpg")) {
                throw new BatchFailedException("the GPU is lost", new IllegalStateException());
            }
            return List.of("done " + image);
        }
    }
}
