package org.samfast.onnx.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.CheckpointExporter;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.PromptedImage;
import org.samfast.backend.SamBackend;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.checkpoint.CheckpointException;
import org.samfast.image.Normalization;
import org.samfast.image.ResizeLongestSide;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.MaskPrediction;
import org.samfast.mask.MaskUpscale;
import org.samfast.onnx.OnnxBackendProvider;
import org.samfast.prompt.EncoderPoint;
import org.samfast.prompt.ImageBox;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.MaskPrompt;
import org.samfast.prompt.Prompt;

/** The exported files, read by ONNX's own schema and run by ONNX Runtime, against the backend's results. */
class OnnxExporterTest {
    private static final Path MODEL =
            Path.of(System.getProperty("sam.testdata")).resolveSibling("models/sam_vit_t.bf16.safetensors");
    private static final Size SIZE = new Size(90, 67);
    private static final int LOW_RES = 256 * 256;
    /** Both compute in fp32, in another order. */
    private static final double ERROR = 1e-4;

    @TempDir
    static Path folder;

    private static Path exported;

    @BeforeAll
    static void export() throws IOException {
        exported = folder.resolve("exported");
        try (Checkpoint checkpoint = Checkpoint.open(MODEL)) {
            assertThat(exporter().export(checkpoint, exported, (step, done, of) -> {}))
                    .isTrue();
        }
    }

    private static CheckpointExporter exporter() {
        return CheckpointExporter.to("onnx");
    }

    @Test
    void areOfStandardOperatorsWithTheNamesOfTheOriginal() throws IOException {
        OnnxMl.ModelProto encoder = parsed("encoder.onnx");
        OnnxMl.ModelProto decoder = parsed("decoder.onnx");
        for (OnnxMl.ModelProto model : List.of(encoder, decoder)) {
            assertThat(model.getGraph().getNodeList())
                    .allMatch(node -> node.getDomain().isEmpty());
            assertThat(model.getOpsetImportList()).singleElement().matches(opset -> opset.getVersion() == 17);
            assertThat(model.getMetadataPropsList().stream().map(OnnxMl.StringStringEntryProto::getKey))
                    .containsExactly("sam.variant", "sam.layout", "sam.source.sha256");
        }
        assertThat(names(encoder.getGraph().getInputList())).containsExactly("pixel_values");
        assertThat(names(encoder.getGraph().getOutputList())).containsExactly("image_embeddings");
        assertThat(names(decoder.getGraph().getInputList()))
                .containsExactly(
                        "image_embeddings",
                        "point_coords",
                        "point_labels",
                        "mask_input",
                        "has_mask_input",
                        "orig_im_size");
        assertThat(names(decoder.getGraph().getOutputList()))
                .containsExactly("masks", "iou_predictions", "low_res_masks");
    }

    private static OnnxMl.ModelProto parsed(String file) throws IOException {
        return OnnxMl.ModelProto.parseFrom(Files.readAllBytes(exported.resolve(file)));
    }

    private static List<String> names(List<OnnxMl.ValueInfoProto> values) {
        return values.stream().map(OnnxMl.ValueInfoProto::getName).toList();
    }

    @Test
    void computeWhatTheBackendComputes() throws Exception {
        byte[] noise = new byte[3 * SIZE.width() * SIZE.height()];
        new Random(3).nextBytes(noise);
        RgbImage image = new RgbImage(SIZE, noise);
        MaskPrompt mask = new MaskPrompt(randomLogits());
        List<Prompt> prompts = List.of(
                Prompt.points(new ImagePoint(20, 30, true), new ImagePoint(60, 5, false)),
                Prompt.box(new ImageBox(3, 4, 70, 50)),
                new Prompt(List.of(new ImagePoint(40, 40, true)), new ImageBox(10, 4, 80, 60), mask));
        try (Checkpoint checkpoint = Checkpoint.open(MODEL);
                SamBackend backend = new OnnxBackendProvider()
                        .open(checkpoint, new BackendOptions(2, folder.resolve("cache"), null, null));
                ImageEmbedding embedding = backend.embed(List.of(image)).getFirst();
                OrtSession encoder = session("encoder.onnx");
                OrtSession decoder = session("decoder.onnx")) {
            float[] embedded = encoded(encoder, image);
            assertThat(error(embedded, embedding.toHost())).isLessThan(ERROR);
            for (Prompt prompt : prompts) {
                MaskPrediction expected = backend.predict(List.of(new PromptedImage(embedding, List.of(prompt))))
                        .getFirst();
                check(decoder, embedded, prompt, expected);
            }
        }
    }

    private static void check(OrtSession decoder, float[] embedded, Prompt prompt, MaskPrediction expected)
            throws OrtException {
        try (Tensors in = new Tensors();
                OrtSession.Result out = decoder.run(in.of(embedded, prompt))) {
            assertThat(error(floats(out, "low_res_masks"), expected.logits().values()))
                    .isLessThan(ERROR);
            assertThat(error(floats(out, "iou_predictions"), expected.quality()))
                    .isLessThan(ERROR);
            assertThat(((OnnxTensor) out.get("masks").orElseThrow()).getInfo().getShape())
                    .containsExactly(1, 4, SIZE.height(), SIZE.width());
            assertThat(error(floats(out, "masks"), upscaled(expected))).isLessThan(ERROR);
        }
    }

    /** What a caller has to make of a prompt. */
    private static final class Tensors implements AutoCloseable {
        private final Map<String, OnnxTensor> all = new LinkedHashMap<>();

        Map<String, OnnxTensor> of(float[] embedded, Prompt prompt) throws OrtException {
            List<EncoderPoint> points = EncoderPoint.of(prompt, SIZE);
            float[] coordinates = new float[2 * points.size()];
            float[] labels = new float[points.size()];
            for (int i = 0; i < labels.length; i++) {
                coordinates[2 * i] = points.get(i).x();
                coordinates[2 * i + 1] = points.get(i).y();
                labels[i] = points.get(i).label();
            }
            MaskPrompt mask = prompt.mask();
            put("image_embeddings", embedded, 1, 256, 64, 64);
            put("point_coords", coordinates, 1, labels.length, 2);
            put("point_labels", labels, 1, labels.length);
            put("mask_input", mask == null ? randomLogits() : mask.logits(), 1, 1, 256, 256);
            put("has_mask_input", new float[] {mask == null ? 0 : 1}, 1);
            put("orig_im_size", new float[] {SIZE.height(), SIZE.width()}, 2);
            return all;
        }

        private void put(String name, float[] values, long... shape) throws OrtException {
            all.put(name, OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), FloatBuffer.wrap(values), shape));
        }

        @Override
        public void close() {
            all.values().forEach(OnnxTensor::close);
        }
    }

    private static float[] encoded(OrtSession encoder, RgbImage image) throws OrtException {
        float[] planes = new float[Normalization.VALUES];
        Normalization.planes(ResizeLongestSide.of(SIZE).resize(image), FloatBuffer.wrap(planes));
        try (OnnxTensor pixels = OnnxTensor.createTensor(
                        OrtEnvironment.getEnvironment(), FloatBuffer.wrap(planes), new long[] {1, 3, 1024, 1024});
                OrtSession.Result out = encoder.run(Map.of("pixel_values", pixels))) {
            return floats(out, "image_embeddings");
        }
    }

    private static OrtSession session(String file) throws OrtException {
        return OrtEnvironment.getEnvironment()
                .createSession(exported.resolve(file).toString());
    }

    private static float[] floats(OrtSession.Result out, String name) {
        FloatBuffer values = ((OnnxTensor) out.get(name).orElseThrow()).getFloatBuffer();
        float[] copy = new float[values.remaining()];
        values.get(copy);
        return copy;
    }

    private static float[] upscaled(MaskPrediction prediction) {
        int pixels = SIZE.width() * SIZE.height();
        float[] all = new float[4 * pixels];
        for (int output = 0; output < 4; output++) {
            System.arraycopy(MaskUpscale.logits(prediction, 0, output), 0, all, output * pixels, pixels);
        }
        return all;
    }

    private static float[] randomLogits() {
        float[] logits = new float[LOW_RES];
        Random random = new Random(4);
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) (5 * random.nextGaussian());
        }
        return logits;
    }

    private static double error(float[] got, float[] expected) {
        assertThat(got).hasSameSizeAs(expected);
        double difference = 0;
        double size = 0;
        for (int i = 0; i < got.length; i++) {
            difference += Math.pow((double) got[i] - expected[i], 2);
            size += Math.pow(expected[i], 2);
        }
        return Math.sqrt(difference / size);
    }

    @Test
    void whatIsThereIsLeftAndWhatIsOtherwiseRefused() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.writeString(other.resolve("encoder.onnx"), "mine");
        try (Checkpoint checkpoint = Checkpoint.open(MODEL)) {
            assertThat(exporter().export(checkpoint, exported, (step, done, of) -> {}))
                    .isFalse();
            for (Path taken : List.of(other, MODEL)) {
                assertThatThrownBy(() -> exporter().export(checkpoint, taken, (step, done, of) -> {}))
                        .isInstanceOf(CheckpointException.class)
                        .hasMessageContaining("exists already and is not what this export makes of");
            }
        }
        assertThat(other.resolve("encoder.onnx")).hasContent("mine");
    }

    @Test
    void nothingIsLeftOfAnExportThatFails() throws IOException {
        Path left = folder.resolve("left");
        try (Checkpoint checkpoint = Checkpoint.open(MODEL)) {
            assertThatThrownBy(() -> exporter().export(checkpoint, left, (step, done, of) -> {
                        if (done == of / 2) {
                            throw new IllegalStateException("stop");
                        }
                    }))
                    .hasMessage("stop");
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString())).noneMatch(name -> name.contains("left"));
        }
    }
}
