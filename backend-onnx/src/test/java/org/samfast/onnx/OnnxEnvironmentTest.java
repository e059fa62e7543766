package org.samfast.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.onnx.graph.ElementType;
import org.samfast.onnx.graph.MaskDecoderGraph;

final class OnnxEnvironmentTest {
    /** In a process of its own: the next release, by the hook itself, would be one too many. */
    @Test
    void whatRunsOutlivesTheShutdownHookOfOnnxRuntimesJava() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:-CreateCoredumpOnCrash",
                        "-XX:ErrorFile=/dev/null",
                        "-Dsam.testdata=" + System.getProperty("sam.testdata"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        AfterTheHook.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    /** Does what the hook does, then goes on computing. */
    static final class AfterTheHook {
        private AfterTheHook() {}

        public static void main(String[] args) throws Exception {
            OrtEnvironment environment = OnnxEnvironment.get();
            Field api = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("ortApiHandle");
            Field handle = OrtEnvironment.class.getDeclaredField("nativeHandle");
            Method close = OrtEnvironment.class.getDeclaredMethod("close", long.class, long.class);
            api.setAccessible(true);
            handle.setAccessible(true);
            close.setAccessible(true);
            close.invoke(null, api.getLong(null), handle.getLong(environment));
            try (Checkpoint checkpoint = Checkpoint.open(Path.of(System.getProperty("sam.testdata"))
                            .resolveSibling("models/sam_vit_t.bf16.safetensors"));
                    OrtSession session = OnnxSession.inMemory(
                            MaskDecoderGraph.build(checkpoint, ElementType.FLOAT32, false, false), OnnxDevice.CPU, 1)) {
                Runtime.getRuntime().halt(session.getNumInputs() > 0 ? 0 : 1);
            }
        }
    }
}
