package org.samfast.everything;

import java.util.Arrays;
import java.util.stream.Stream;
import org.samfast.TestImages;

/** Rows of testdata/golden/everything/helpers.tsv, which segment-anything and torchvision made. */
final class GoldenRows {
    private GoldenRows() {}

    static Stream<String[]> of(String kind) {
        return TestImages.table("../everything/helpers.tsv")
                .filter(row -> row[0].equals(kind))
                .map(row -> Arrays.copyOfRange(row, 1, row.length));
    }

    static int[] integers(String text, String separator) {
        return Arrays.stream(text.split(separator)).mapToInt(Integer::parseInt).toArray();
    }
}
