package org.samfast.cli.terminal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;

class StandardOutputTest {
    @Test
    void passesOnWhatIsPrinted() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        StandardOutput stdout = new StandardOutput(bytes);
        stdout.writer(UTF_8).println("größe.jpg");
        assertThat(bytes.toString(UTF_8)).isEqualTo("größe.jpg\n");
        assertThat(stdout.loss()).isEmpty();
    }

    @Test
    void saysWhyPrintedLinesGotLost() {
        assertThat(lossWhere("No space left on device"))
                .isEqualTo("not all could be printed on stdout: No space left on device;"
                        + " let it go elsewhere and run it again");
    }

    @Test
    void aReaderThatHasEnoughLosesNothing() {
        assertThat(lossWhere("Broken pipe")).isEmpty();
    }

    private static String lossWhere(String reason) {
        StandardOutput stdout = new StandardOutput(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(reason);
            }
        });
        stdout.writer(UTF_8).println("a line");
        return stdout.loss().orElse("");
    }
}
