package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.samfast.backend.BackendException;
import org.samfast.backend.BackendOptions;
import org.samfast.backend.BackendProvider;
import org.samfast.backend.Backends;
import org.samfast.backend.Precision;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.cli.fake.FakeProvider;
import org.samfast.cli.verify.FirstUse;
import org.samfast.cli.verify.StageCheck;
import org.samfast.cli.verify.Verification;

/** {@code sam verify}, and what is verified by itself. */
class VerifyTest {
    private static final Path MODEL =
            Path.of(System.getProperty("sam.testdata")).resolveSibling("models/sam_vit_t.bf16.safetensors");

    @TempDir
    static Path cache;

    @TempDir
    Path folder;

    @Test
    void theOnnxBackendIsRightInEveryStage() throws Exception {
        List<StageCheck> checks = verify(MODEL);
        assertThat(checks).extracting(StageCheck::stage).startsWith("pixels", "patch_embed", "block.00");
        assertThat(checks).extracting(StageCheck::stage).endsWith("low_res_logits", "iou", "pipeline");
        assertThat(checks).hasSize(2 + 12 + 4 + 2 + 1).allMatch(StageCheck::isRight, "right");
    }

    @Test
    void aScaledTableOfRelativePositionsIsFoundInItsBlock() throws Exception {
        for (int layer : new int[] {4, 5}) { // in windows, and global
            Path broken = scaled("image_encoder.blocks." + layer + ".attn.rel_pos_h");
            assertThat(Verification.firstWrong(verify(broken)).orElseThrow().stage())
                    .isEqualTo("block.0" + layer);
        }
    }

    @Test
    void aNamedBackendThatIsWrongStops() {
        assertThatThrownBy(() -> firstUse(new StringWriter()).choose(List.of(wrong())))
                .isInstanceOf(BackendException.class)
                .hasMessageStartingWith("backend 'fake' computes SAM wrongly on this machine, from stage pixels on");
    }

    @Test
    void automaticallyTheNextOneComputesAndThatIsSaid() throws Exception {
        StringWriter stderr = new StringWriter();
        BackendProvider onnx = Backends.choose("onnx");
        assertThat(firstUse(stderr).choose(List.of(wrong(), onnx))).isSameAs(onnx);
        assertThat(stderr.toString()).contains("sam: backend 'fake' computes SAM wrongly", "'onnx' computes instead");
        assertThat(folder.resolve("verified")).doesNotExist();
    }

    @Test
    void whatWasVerifiedIsNotVerifiedAgain() throws Exception {
        int[] opened = new int[1];
        BackendProvider onnx = Backends.choose("onnx");
        BackendProvider counted = new Forwarding(onnx, opened);
        for (int i = 0; i < 2; i++) {
            assertThat(firstUse(new StringWriter()).choose(List.of(counted))).isSameAs(counted);
        }
        assertThat(opened[0]).isEqualTo(2); // with an observer, and without
    }

    private FirstUse firstUse(StringWriter stderr) {
        return new FirstUse(folder.resolve("verified"), "0.1.0", options(), new PrintWriter(stderr, true));
    }

    private BackendOptions options() {
        return new BackendOptions(0, cache, Precision.FP32, null);
    }

    private static BackendProvider wrong() {
        return new Forwarding(new FakeProvider(), new int[1]);
    }

    private List<StageCheck> verify(Path model) throws IOException {
        try (Checkpoint weights = Checkpoint.open(model)) {
            return Verification.ofBuiltIn().run(Backends.choose("onnx"), weights, options());
        }
    }

    /** The model with one table doubled: bf16 numbers with an exponent that is one larger. */
    private Path scaled(String tensor) throws IOException {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(MODEL)).order(ByteOrder.LITTLE_ENDIAN);
        int header = Math.toIntExact(file.getLong(0));
        String json = new String(file.array(), 8, header, StandardCharsets.UTF_8);
        Matcher offsets = Pattern.compile(
                        Pattern.quote('"' + tensor + '"') + "[^}]*\"data_offsets\":\\s*\\[(\\d+),\\s*(\\d+)]")
                .matcher(json);
        assertThat(offsets.find()).isTrue();
        int end = 8 + header + Integer.parseInt(offsets.group(2));
        for (int at = 8 + header + Integer.parseInt(offsets.group(1)); at < end; at += 2) {
            int bits = file.getShort(at) & 0xffff;
            file.putShort(at, (short) ((bits & 0x7f80) == 0 ? bits : bits + 0x80));
        }
        return Files.write(folder.resolve("scaled.safetensors"), file.array());
    }
}
