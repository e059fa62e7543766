package org.samfast.cli.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.samfast.cli.output.OutputFile;

/** A CSV file that benchmarks add rows to; it always holds whole rows only. */
public final class ResultsCsv {
    private static final String HEADER = BenchColumn.header() + "\n";

    private final Path file;

    private ResultsCsv(Path file) {
        this.file = file;
    }

    /**
     * The file at that path, which need not exist yet; its folder is made.
     *
     * @throws IOException where there is a file with other columns
     */
    public static ResultsCsv at(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        ResultsCsv csv = new ResultsCsv(file);
        csv.read();
        return csv;
    }

    /** Adds a row at the end. */
    public void append(BenchRow row) throws IOException {
        byte[] content = (read() + row.csv() + "\n").getBytes(StandardCharsets.UTF_8);
        OutputFile.write(file, out -> out.write(content));
    }

    public Path file() {
        return file;
    }

    /** What is there, ending with a line end: at least the header. */
    private String read() throws IOException {
        if (!Files.exists(file) || Files.size(file) == 0) {
            return HEADER;
        }
        String content = Files.readString(file);
        String whole = content.endsWith("\n") ? content : content + "\n";
        if (!whole.startsWith(HEADER)) {
            throw new IOException(file + ": expected the columns of sam bench in its first line, got '"
                    + whole.lines().findFirst().orElse("") + "'; name another file with --csv");
        }
        return whole;
    }
}
