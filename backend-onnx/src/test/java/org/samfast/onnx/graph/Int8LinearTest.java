package org.samfast.onnx.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.samfast.backend.CpuModel;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.packed.PackedLinear;
import org.samfast.tensor.DType;
import org.samfast.tensor.Tensor;

/** One Linear on ONNX Runtime against plain loops over the same integers, bit for bit. */
final class Int8LinearTest {
    private static final int ROWS = 37;
    private static final int COLUMNS = 200;
    private static final int OUTPUTS = 99;

    private final Random random = new Random(8);
    private final byte[] weights = new byte[OUTPUTS * COLUMNS];
    private final float[] scales = floats(OUTPUTS, 0.01f);

    Int8LinearTest() {
        assumeTrue(CpuModel.hasVnni(), "elsewhere fp32 is computed");
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (byte) (random.nextInt(255) - 127);
        }
        Arrays.fill(weights, 0, 2 * COLUMNS, (byte) 127); // sums that saturate where products are not exact
    }

    private float[] floats(int count, float least) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = least + random.nextFloat();
        }
        return values;
    }

    /** The first row is all alike, the second zero, the third next to nothing. */
    private float[] rows() {
        float[] rows = floats(ROWS * COLUMNS, -0.5f);
        Arrays.fill(rows, 0, COLUMNS, 3);
        Arrays.fill(rows, COLUMNS, 2 * COLUMNS, 0);
        Arrays.fill(rows, 2 * COLUMNS, 3 * COLUMNS, 1e-36f);
        return rows;
    }

    @Test
    void everyRowHasAScaleOfItsOwn() throws Exception {
        float[] rows = rows();
        float[] expected = new float[ROWS * OUTPUTS];
        for (int row = 0; row < ROWS; row++) {
            float largest = 1e-30f;
            for (int i = 0; i < COLUMNS; i++) {
                largest = Math.max(largest, Math.abs(rows[row * COLUMNS + i]));
            }
            float scale = largest / 127;
            int[] rounded = new int[COLUMNS];
            for (int i = 0; i < COLUMNS; i++) {
                rounded[i] = (int) Math.rint(rows[row * COLUMNS + i] / scale);
            }
            for (int output = 0; output < OUTPUTS; output++) {
                expected[row * OUTPUTS + output] = sum(rounded, output) * scales[output] * scale;
            }
        }
        assertThat(run(rows, null, "")).containsExactly(expected);
    }

    @Test
    void constantsOfTheFileDivideTheInputsAndLargerOnesSaturate() throws Exception {
        float[] rows = rows();
        float[] constants = floats(COLUMNS, 0.001f);
        constants[7] = 1e-4f;
        float[] expected = new float[ROWS * OUTPUTS];
        for (int row = 0; row < ROWS; row++) {
            int[] rounded = new int[COLUMNS];
            for (int i = 0; i < COLUMNS; i++) {
                rounded[i] = Math.clamp((long) Math.rint(rows[row * COLUMNS + i] / constants[i]), -128, 127);
            }
            for (int output = 0; output < OUTPUTS; output++) {
                expected[row * OUTPUTS + output] = sum(rounded, output) * scales[output];
            }
        }
        assertThat(run(rows, constants, "")).containsExactly(expected);
    }

    @Test
    void partsAreTheOutputsInOrder() throws Exception {
        float[] rows = rows();
        float[] whole = run(rows, null, "");
        float[] middle = run(rows, null, ".q", ".k", ".v");
        int third = OUTPUTS / 3;
        for (int row = 0; row < ROWS; row++) {
            assertThat(Arrays.copyOfRange(middle, row * third, (row + 1) * third))
                    .containsExactly(Arrays.copyOfRange(whole, row * OUTPUTS + third, row * OUTPUTS + 2 * third));
        }
    }

    private int sum(int[] rounded, int output) {
        int sum = 0;
        for (int i = 0; i < COLUMNS; i++) {
            sum += rounded[i] * weights[output * COLUMNS + i];
        }
        return sum;
    }

    /** Of several parts the middle one. */
    private float[] run(float[] rows, float @Nullable [] constants, String... parts) throws Exception {
        PackedLinear packed = new PackedLinear(
                OUTPUTS,
                COLUMNS,
                Tensor.rowMajor(DType.I8, new long[] {OUTPUTS, COLUMNS}, MemorySegment.ofArray(weights)),
                null,
                tensor(scales),
                constants == null ? null : tensor(constants));
        try (Checkpoint unused = builtIn()) {
            GraphBuilder graph = new GraphBuilder(unused, ElementType.FLOAT32);
            String input = graph.input("rows", "m", COLUMNS);
            List<String> outputs = new Int8Linear(graph, "linear.weight", packed).apply(input, parts);
            graph.output("outputs", outputs.get(parts.length / 2), "m", OUTPUTS / parts.length);
            return run(graph.build("linear"), rows);
        }
    }

    private static Checkpoint builtIn() throws IOException {
        return Checkpoint.open(
                Path.of(System.getProperty("sam.testdata")).resolveSibling("models/sam_vit_t.bf16.safetensors"));
    }

    private static Tensor tensor(float[] values) {
        MemorySegment bytes = Arena.ofAuto().allocate(values.length * 4L, 4);
        bytes.copyFrom(MemorySegment.ofArray(values));
        return Tensor.rowMajor(DType.F32, new long[] {values.length}, bytes);
    }

    private static float[] run(OnnxModel model, float[] rows) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        Map<String, OnnxTensorLike> given = new HashMap<>();
        try (Arena arena = Arena.ofConfined();
                OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            for (Initializer weight : model.weights()) {
                var values = weight.values().in(arena).asByteBuffer().order(ByteOrder.nativeOrder());
                given.put(
                        weight.name(),
                        OnnxTensor.createTensor(
                                environment,
                                values,
                                weight.shape(),
                                weight.type().javaType()));
            }
            options.addExternalInitializers(given);
            try (OrtSession session = environment.createSession(model.bytes(), options);
                    OnnxTensor input =
                            OnnxTensor.createTensor(environment, FloatBuffer.wrap(rows), new long[] {ROWS, COLUMNS});
                    OrtSession.Result result = session.run(Map.of("rows", input))) {
                FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
                float[] outputs = new float[values.remaining()];
                values.get(outputs);
                return outputs;
            }
        }
    }
}
