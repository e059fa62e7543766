package org.samfast.cli.terminal;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is printed on stdout, and why some of it got lost: a {@link PrintWriter} knows only that something did. */
public final class StandardOutput extends OutputStream {
    private final OutputStream out;
    private volatile @Nullable IOException failure;

    public StandardOutput(OutputStream out) {
        this.out = out;
    }

    /** Prints on it, line by line. */
    public PrintWriter writer(Charset charset) {
        return new PrintWriter(this, true, charset);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        try {
            out.write(bytes, from, count);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /** What got lost, in a sentence; empty where nothing did, or where the reader had enough, as {@code head} has. */
    public Optional<String> loss() {
        IOException found = failure;
        return found == null || "Broken pipe".equals(found.getMessage())
                ? Optional.empty()
                : Optional.of("not all could be printed on stdout: " + found.getMessage()
                        + "; let it go elsewhere and run it again");
    }
}
