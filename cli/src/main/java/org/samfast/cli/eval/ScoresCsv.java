package org.samfast.cli.eval;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.samfast.cli.output.CsvText;

/** The score of every annotation as CSV: {@code image,annotation,click,click_best3,click_single,box}. */
public final class ScoresCsv {
    private ScoresCsv() {}

    static String header() {
        return Arrays.stream(PromptKind.values())
                .map(PromptKind::key)
                .collect(Collectors.joining(",", "image,annotation,", ""));
    }

    public static void write(OutputStream out, List<AnnotationScore> scores) throws IOException {
        Writer csv = new OutputStreamWriter(out, StandardCharsets.UTF_8);
        csv.write(header() + "\n");
        for (AnnotationScore score : scores) {
            csv.write(CsvText.cell(score.image()) + "," + score.annotation());
            for (PromptKind kind : PromptKind.values()) {
                csv.write(String.format(Locale.ROOT, ",%.6f", score.iou().get(kind)));
            }
            csv.write("\n");
        }
        csv.flush();
    }
}
