package org.samfast.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.onnx.graph.ImageEncoderGraph;

/** The backend runs images one by one; the graph, which will also be exported, takes several. */
final class BatchTest {
    private static final int PIXELS = 3 * 1024 * 1024;

    @Test
    void twoImagesInOneRunAreEncodedAsEachAlone() throws Exception {
        Path model = Path.of(System.getProperty("sam.testdata")).resolveSibling("models/sam_vit_t.bf16.safetensors");
        float[] pixels = new float[2 * PIXELS];
        Random random = new Random(5);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextFloat() * 4 - 2;
        }
        try (Checkpoint checkpoint = Checkpoint.open(model);
                OrtSession encoder =
                        OnnxSession.inMemory(ImageEncoderGraph.build(checkpoint, false), OnnxDevice.CPU, 2)) {
            FloatBuffer both = run(encoder, FloatBuffer.wrap(pixels), 2);
            FloatBuffer second =
                    run(encoder, FloatBuffer.wrap(pixels, PIXELS, PIXELS).slice(), 1);
            int values = second.remaining();
            for (int i = 0; i < values; i += 101) {
                assertThat(both.get(values + i)).isCloseTo(second.get(i), Offset.offset(1e-4f));
            }
        }
    }

    private static FloatBuffer run(OrtSession encoder, FloatBuffer pixels, int images) throws Exception {
        try (OnnxTensor input =
                        OnnxTensor.createTensor(OnnxEnvironment.get(), pixels, new long[] {images, 3, 1024, 1024});
                OrtSession.Result result = encoder.run(Map.of("pixels", input))) {
            return ((OnnxTensor) result.get(0)).getFloatBuffer();
        }
    }
}
