package org.samfast.cli.eval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The scores of another run, from its {@code --per-annotation} file, to compare annotation by annotation. */
public final class EarlierScores {
    private static final int KINDS = PromptKind.values().length;

    private final Path file;
    private final Map<Long, Map<PromptKind, Double>> byAnnotation = new HashMap<>();

    private EarlierScores(Path file) {
        this.file = file;
    }

    /** @throws IOException where it cannot be read or is another file */
    public static EarlierScores read(Path file) throws IOException {
        EarlierScores scores = new EarlierScores(file);
        List<String> lines = Files.readAllLines(file);
        if (lines.isEmpty() || !lines.getFirst().equals(ScoresCsv.header())) {
            throw new CocoException(file + ": expected the columns " + ScoresCsv.header()
                    + " of sam eval --per-annotation, got '" + (lines.isEmpty() ? "" : lines.getFirst()) + "'");
        }
        for (int i = 1; i < lines.size(); i++) {
            scores.add(lines.get(i), i + 1);
        }
        return scores;
    }

    /** From the end, since a file name may hold commas. */
    private void add(String line, int number) throws CocoException {
        String[] cells = line.split(",", -1);
        int first = cells.length - KINDS;
        try {
            Map<PromptKind, Double> iou = new EnumMap<>(PromptKind.class);
            for (PromptKind kind : PromptKind.values()) {
                iou.put(kind, Double.parseDouble(cells[first + iou.size()]));
            }
            byAnnotation.put(Long.parseLong(cells[first - 1]), iou);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new CocoException(
                    file + ", line " + number + ": expected an annotation's four IoU, got '" + line + "'", e);
        }
    }

    /**
     * By image, how much higher each annotation is now.
     *
     * @throws CocoException where one is not in the file
     */
    List<List<Double>> differences(List<AnnotationScore> now, PromptKind kind) throws CocoException {
        Map<Long, List<Double>> byImage = new LinkedHashMap<>();
        for (AnnotationScore score : now) {
            Map<PromptKind, Double> before = byAnnotation.get(score.annotation());
            if (before == null) {
                throw new CocoException(file + ": annotation " + score.annotation() + " of " + score.image()
                        + " is not there; compare with a run over the same images");
            }
            byImage.computeIfAbsent(score.imageId(), _ -> new ArrayList<>())
                    .add(score.iou(kind) - before.getOrDefault(kind, 0.0));
        }
        return List.copyOf(byImage.values());
    }
}
