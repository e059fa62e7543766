package org.samfast.onnx.graph;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.samfast.checkpoint.Checkpoint;

/** What we write, read by an independent parser of ONNX's own schema. */
final class GraphFilesTest {
    private static Checkpoint checkpoint;

    @BeforeAll
    static void open() throws IOException {
        checkpoint = Checkpoint.open(
                Path.of(System.getProperty("sam.testdata")).resolveSibling("models/sam_vit_t.bf16.safetensors"));
    }

    @AfterAll
    static void close() {
        checkpoint.close();
    }

    private static OnnxMl.ModelProto parse(OnnxModel model) throws IOException {
        return OnnxMl.ModelProto.parseFrom(model.bytes());
    }

    @Test
    void theEncoderTakesAnyNumberOfImages() throws IOException {
        OnnxMl.GraphProto graph =
                parse(ImageEncoderGraph.build(checkpoint, false)).getGraph();
        assertThat(shape(graph.getInput(0))).containsExactly("n", "3", "1024", "1024");
        assertThat(shape(graph.getOutput(0))).containsExactly("n", "256", "64", "64");
    }

    @Test
    void theDecoderTakesAnyNumberOfPromptsAndPoints() throws IOException {
        OnnxMl.GraphProto graph = parse(MaskDecoderGraph.build(checkpoint, ElementType.FLOAT32, true, false))
                .getGraph();
        assertThat(graph.getInputList().stream().map(OnnxMl.ValueInfoProto::getName))
                .containsExactlyInAnyOrder("image_embedding", "point_coords", "point_labels", "mask_input");
        assertThat(shape(graph.getOutput(0))).containsExactly("p", "4", "256", "256");
        assertThat(shape(graph.getOutput(1))).containsExactly("p", "4");
    }

    @Test
    void everyWeightIsExternalAndGivenBeside() throws IOException {
        OnnxModel model = ImageEncoderGraph.build(checkpoint, false);
        Set<String> external = parse(model).getGraph().getInitializerList().stream()
                .filter(tensor -> tensor.getDataLocation() == OnnxMl.TensorProto.DataLocation.EXTERNAL)
                .map(OnnxMl.TensorProto::getName)
                .collect(Collectors.toSet());
        assertThat(model.weights().stream().map(Initializer::name)).containsExactlyInAnyOrderElementsOf(external);
        assertThat(model.bytes().length).isLessThan(1 << 20);
    }

    @Test
    void everyTensorOfTheEncoderIsUsed() throws IOException {
        String names = ImageEncoderGraph.build(checkpoint, false).weights().stream()
                .map(Initializer::name)
                .collect(Collectors.joining("\n"));
        List<String> folded = List.of(".proj.bias"); // with the bias of the values, as .proj.bias.whole
        for (String name : checkpoint.tensors().keySet()) {
            if (name.startsWith("image_encoder.") && folded.stream().noneMatch(name::endsWith)) {
                assertThat(names).contains(name);
            }
        }
    }

    @Test
    void onlyOnnxRuntimeGetsAGraphInsideANode() throws IOException {
        assertThat(operators(ImageEncoderGraph.build(checkpoint, false))).contains("Scan");
        assertThat(operators(ImageEncoderGraph.exported(checkpoint))).doesNotContain("Scan");
    }

    private static Set<String> operators(OnnxModel model) throws IOException {
        return parse(model).getGraph().getNodeList().stream()
                .map(OnnxMl.NodeProto::getOpType)
                .collect(Collectors.toSet());
    }

    private static List<String> shape(OnnxMl.ValueInfoProto value) {
        return value.getType().getTensorType().getShape().getDimList().stream()
                .map(side -> side.getDimParam().isEmpty() ? String.valueOf(side.getDimValue()) : side.getDimParam())
                .toList();
    }
}
