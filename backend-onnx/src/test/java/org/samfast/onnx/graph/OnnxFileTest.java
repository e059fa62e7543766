package org.samfast.onnx.graph;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.samfast.checkpoint.Checkpoint;

/** Models as files, read by ONNX's own schema. */
class OnnxFileTest {
    private static final Path MODEL =
            Path.of(System.getProperty("sam.testdata")).resolveSibling("models/sam_vit_t.bf16.safetensors");

    @TempDir
    Path folder;

    @Test
    void weightsAreInTheFile() throws IOException {
        written(Long.MAX_VALUE, (file, model) -> {
            for (OnnxMl.TensorProto tensor : file.getGraph().getInitializerList()) {
                assertThat(tensor.getDataLocation()).isEqualTo(OnnxMl.TensorProto.DataLocation.DEFAULT);
            }
            Map<String, byte[]> raw = file.getGraph().getInitializerList().stream()
                    .collect(Collectors.toMap(OnnxMl.TensorProto::getName, tensor -> tensor.getRawData()
                            .toByteArray()));
            for (Initializer weight : model.weights()) {
                assertThat(raw.get(weight.name())).isEqualTo(bytes(weight));
            }
        });
    }

    @Test
    void orBesideItEachWhereAReaderCanMapIt() throws IOException {
        written(0, (file, model) -> {
            byte[] data = Files.readAllBytes(folder.resolve("decoder.onnx.data"));
            Map<String, OnnxMl.TensorProto> tensors = file.getGraph().getInitializerList().stream()
                    .collect(Collectors.toMap(OnnxMl.TensorProto::getName, tensor -> tensor));
            for (Initializer weight : model.weights()) {
                Map<String, String> where =
                        Objects.requireNonNull(tensors.get(weight.name())).getExternalDataList().stream()
                                .collect(Collectors.toMap(
                                        OnnxMl.StringStringEntryProto::getKey,
                                        OnnxMl.StringStringEntryProto::getValue));
                int offset = Integer.parseInt(Objects.requireNonNull(where.get("offset")));
                int length = Integer.parseInt(Objects.requireNonNull(where.get("length")));
                assertThat(where).containsEntry("location", "decoder.onnx.data");
                assertThat(offset % 4096).isZero();
                assertThat(Arrays.copyOfRange(data, offset, offset + length)).isEqualTo(bytes(weight));
            }
        });
    }

    private interface Checks {
        void hold(OnnxMl.ModelProto file, OnnxModel model) throws IOException;
    }

    private void written(long mostInside, Checks checks) throws IOException {
        Path path = folder.resolve("decoder.onnx");
        try (Checkpoint checkpoint = Checkpoint.open(MODEL)) {
            OnnxModel model = ExportedDecoderGraph.build(checkpoint);
            new OnnxFile(model, Map.of("key", "value"), path, mostInside).write(name -> {});
            OnnxMl.ModelProto file = OnnxMl.ModelProto.parseFrom(Files.readAllBytes(path));
            List<String> names = file.getGraph().getInitializerList().stream()
                    .map(OnnxMl.TensorProto::getName)
                    .toList();
            assertThat(names)
                    .containsAll(model.weights().stream().map(Initializer::name).toList());
            assertThat(file.getMetadataProps(0).getValue()).isEqualTo("value");
            checks.hold(file, model);
        }
        assertThat(OnnxFile.isExported(path, Map.of("key", "value"))).isTrue();
        assertThat(OnnxFile.isExported(path, Map.of("key", "other"))).isFalse();
    }

    private static byte[] bytes(Initializer weight) {
        assertThat(ByteOrder.nativeOrder()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        try (Arena arena = Arena.ofConfined()) {
            return weight.values().in(arena).toArray(ValueLayout.JAVA_BYTE);
        }
    }
}
