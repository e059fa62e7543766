package org.samfast.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredRowsTest {
    @TempDir
    Path folder;

    @Test
    void aRowOfALadderIsNamedByItsRungAndAnotherByWhatItIs() throws Exception {
        StoredRows rows =
                StoredRows.of(file(row("\"sam bench " + Rung.ALL.get(3).flags() + '"'), row("sam bench")));
        assertThat(rows.bars())
                .containsExactly(
                        new SpeedPlot.Bars("+ batch 8", 320, 160),
                        new SpeedPlot.Bars("cuda vit_b bf16, batch 8", 320, 160));
        assertThat(rows.title()).isEqualTo("sam bench, vit_b, a GPU, ours");
    }

    @Test
    void everyRungIsToldFromTheOthers() throws Exception {
        List<String> all =
                Rung.ALL.stream().map(rung -> row("sam bench " + rung.flags())).toList();
        assertThat(StoredRows.of(file(all.toArray(String[]::new))).bars())
                .extracting(SpeedPlot.Bars::label)
                .containsExactlyElementsOf(Rung.ALL.stream().map(Rung::title).toList());
    }

    @Test
    void aFileThatHoldsSomethingElseIsNamed() throws Exception {
        Path other = Files.writeString(folder.resolve("other.csv"), "a,b\n1,2\n");
        assertThatIOException()
                .isThrownBy(() -> StoredRows.of(other))
                .withMessageStartingWith(other + ": expected the columns of sam bench");
        Path cut = file("2026-01-01,abc");
        assertThatIOException()
                .isThrownBy(() -> StoredRows.of(cut))
                .withMessage(cut + ", line 2: expected 18 cells, got 2");
    }

    private Path file(String... rows) throws Exception {
        return Files.writeString(
                folder.resolve("rows.csv"), BenchColumn.header() + "\n" + String.join("\n", rows) + "\n");
    }

    private static String row(String command) {
        return "2026-11-22T21:30:05Z,abc,\"a GPU, ours\",580,1980,cuda,vit_b,bf16,0,8,25.000,320.000,160.000,1.250,1536,,,"
                + command;
    }
}
