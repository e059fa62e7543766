package org.samfast.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.samfast.backend.Precision;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.convert.WeightFormat;

/** What ONNX Runtime stores of our graphs, read by an independent parser of ONNX's own schema. */
final class StoredWeightsTest {
    @TempDir
    private Path folder;

    /** AVX-512 products crash on a packed weight that is not aligned; elsewhere nothing shows. */
    @ParameterizedTest
    @EnumSource(OnnxModels.Part.class)
    void everyWeightAndEveryPackedWeightIsAligned(OnnxModels.Part part) throws Exception {
        try (Checkpoint checkpoint = Checkpoint.open(StoredModel.BUILT_IN)) {
            isAligned(stored(checkpoint, part, Precision.FP32));
        }
    }

    @Test
    void inInt8TheEncoderIsAlignedTooAndLessThanHalfTheSize() throws Exception {
        try (Checkpoint checkpoint = StoredModel.in(folder, WeightFormat.INT8)) {
            Path wide = weights(stored(checkpoint, OnnxModels.Part.ENCODER, Precision.FP32));
            long wideBytes = Files.size(wide);
            Path file = stored(checkpoint, OnnxModels.Part.ENCODER, Precision.INT8);
            isAligned(file);
            assertThat(Files.size(weights(file))).isLessThan(wideBytes / 2);
        }
    }

    private static Path weights(Path file) {
        return file.resolveSibling(file.getFileName() + ".weights");
    }

    private Path stored(Checkpoint checkpoint, OnnxModels.Part part, Precision computed) throws Exception {
        Path file = folder.resolve(part.fileName());
        OnnxSession.store(part.build(checkpoint, computed, false), file, 1);
        return file;
    }

    private static void isAligned(Path file) throws IOException {
        List<Long> offsets = new ArrayList<>();
        int packed = 0;
        for (OnnxMl.StringStringEntryProto entry : externalData(file)) {
            if (entry.getKey().equals("offset")) {
                offsets.add(Long.parseLong(entry.getValue()));
            } else if (entry.getKey().startsWith("prepacked")) {
                packed++;
                // key|offset;length;offset..., one of the two for each buffer
                for (String number : entry.getValue().split("\\|")[1].split(";")) {
                    offsets.add(Long.parseLong(number));
                }
            }
        }
        assertThat(packed).isPositive();
        assertThat(offsets).allMatch(offset -> offset % OnnxSession.ALIGNMENT == 0);
    }

    private static List<OnnxMl.StringStringEntryProto> externalData(Path file) throws IOException {
        return OnnxMl.ModelProto.parseFrom(Files.readAllBytes(file)).getGraph().getInitializerList().stream()
                .flatMap(tensor -> tensor.getExternalDataList().stream())
                .toList();
    }
}
