package org.samfast.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.samfast.backend.BackendInfo;
import org.samfast.backend.Precision;

class ResultsCsvTest {
    private static final String HEADER =
            "date,commit,gpu,driver,sm_clock_mhz,backend,model,precision,sparse_layers,batch,encoder_ms,"
                    + "encoder_img_per_s,end_to_end_img_per_s,first_mask_s,device_mib,embedding_rel_error,mask_iou,command";

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("new/results.csv");
    }

    @Test
    void aNewFileGetsTheColumnsAndEveryRowFollows() throws Exception {
        ResultsCsv.at(file).append(row(new BenchAccuracy(0.00301, 0.99462)));
        ResultsCsv.at(file).append(row(null));
        assertThat(file)
                .hasContent(HEADER + "\n"
                        + "2026-11-22T21:30:05Z,abc1234,NVIDIA H100 80GB HBM3,580.65.06,1980,cuda,vit_b,int8-sparse24,24,8,25.000,"
                        + "320.000,160.000,1.250,1536,3.010e-03,0.99462,\"sam bench --image \"\"a b.jpg\"\"\"\n"
                        + "2026-11-22T21:30:05Z,abc1234,NVIDIA H100 80GB HBM3,580.65.06,1980,cuda,vit_b,int8-sparse24,24,8,25.000,"
                        + "320.000,160.000,1.250,1536,,,\"sam bench --image \"\"a b.jpg\"\"\"\n");
        try (Stream<Path> files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aRowCutShortByAnotherProgramDoesNotSwallowTheNext() throws Exception {
        ResultsCsv.at(file);
        Files.writeString(file, HEADER + "\n2026-01-01");
        ResultsCsv.at(file).append(row(null));
        assertThat(Files.readAllLines(file)).hasSize(3).element(1).isEqualTo("2026-01-01");
    }

    @Test
    void aFileWithOtherColumnsIsRefusedAndLeftAlone() throws Exception {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "image,score\na.jpg,1\n");
        assertThatIOException()
                .isThrownBy(() -> ResultsCsv.at(file))
                .withMessage(file + ": expected the columns of sam bench in its first line, got 'image,score';"
                        + " name another file with --csv");
        assertThat(file).hasContent("image,score\na.jpg,1\n");
    }

    private static BenchRow row(@Nullable BenchAccuracy accuracy) {
        BackendInfo info =
                BackendInfo.onGpu("cuda", "NVIDIA H100 80GB HBM3", "580.65.06", 1980, Precision.INT8_SPARSE24);
        Instant date = Instant.parse("2026-11-22T21:30:05.123Z");
        BenchSubject subject = new BenchSubject(
                date,
                "abc1234",
                info,
                "vit_b",
                24,
                "",
                new BenchSubject.Start(0.5, 1.25),
                accuracy,
                "",
                "sam bench --image \"a b.jpg\"");
        Measurement measured =
                new Measurement(8, times(25), times(1), times(50), times(90), 1536L << 20, 2000L << 20, 650.0);
        return new BenchRow(subject, measured, null);
    }

    private static Series times(double millis) {
        return new Series(8).add(new double[] {millis}, 0);
    }
}
