package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.checkpoint.SafetensorsWriter;
import org.samfast.checkpoint.SafetensorsWriter.Entry;
import org.samfast.cli.SamProcess.Ended;
import org.samfast.cli.terminal.ExitCode;
import org.samfast.tensor.Tensor;

/** Hostile and broken files end with their exit code and one sentence, within 1 GB of heap, never with a stack trace. */
class BadInputIT {
    private static final Path TESTDATA = Path.of(System.getProperty("sam.testdata"));
    private static final Path DOG = TESTDATA.resolve("images/dog.jpg");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "os_system.pth",
                "zip_cut.pth",
                "header_1e15.safetensors",
                "offsets_overlap.safetensors",
                "empty.pth",
                "text.pth"
            })
    void brokenWeights(String name) throws Exception {
        isRefused(TESTDATA.resolve("broken/weights").resolve(name), "");
    }

    @Test
    void weightsWithoutATensor() throws Exception {
        Path file = changed("image_encoder.blocks.3.attn.qkv.weight", null);
        isRefused(file, "image_encoder.blocks.3.attn.qkv.weight");
    }

    @Test
    void weightsWithATensorOfAWrongShape() throws Exception {
        Path file = changed("mask_decoder.iou_token.weight", new long[] {2, 128});
        isRefused(file, "mask_decoder.iou_token.weight");
    }

    @Test
    void aTextNamedLikeAnImage() throws Exception {
        isBadImage(Files.writeString(folder.resolve("text.jpg"), "this is text"));
    }

    @Test
    void anEmptyImage() throws Exception {
        isBadImage(Files.createFile(folder.resolve("empty.png")));
    }

    @Test
    void aMissingImage() throws Exception {
        isBadImage(folder.resolve("missing.jpg"));
    }

    @Test
    void aPngThatClaims60000By60000Pixels() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream png = new DataOutputStream(bytes);
        png.writeLong(0x89504e470d0a1a0aL);
        png.writeInt(13);
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(header);
        fields.write("IHDR".getBytes(StandardCharsets.US_ASCII));
        fields.writeInt(60_000);
        fields.writeInt(60_000);
        fields.write(new byte[] {8, 2, 0, 0, 0});
        png.write(header.toByteArray());
        CRC32 sum = new CRC32();
        sum.update(header.toByteArray());
        png.writeInt((int) sum.getValue());
        Ended ended = isBadImage(Files.write(folder.resolve("bomb.png"), bytes.toByteArray()));
        assertThat(ended.stderr()).contains("60000");
    }

    @Test
    void aJpegCutInHalf() throws Exception {
        byte[] dog = Files.readAllBytes(DOG);
        isBadImage(Files.write(folder.resolve("half.jpg"), Arrays.copyOf(dog, dog.length / 2)));
    }

    @Test
    void aFolderThatCannotBeWrittenTo() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        Ended ended = sam("segment", DOG.toString(), "--points", "300,400", "--out", file.toString());
        isOneSentence(ended, file.toString());
    }

    private Ended isBadImage(Path image) throws Exception {
        Ended ended = sam("segment", image.toString(), "--points", "1,1");
        isOneSentence(ended, image.toString());
        assertThat(folder).isDirectoryNotContaining(file -> file.toString().endsWith(".png.tmp"));
        return ended;
    }

    private void isRefused(Path weights, String naming) throws Exception {
        Ended info = sam("info", weights.toString());
        isOneSentence(info, weights.getFileName().toString());
        assertThat(info.stderr()).contains(naming);
        Ended segment = sam("segment", DOG.toString(), "--points", "300,400", "--weights", weights.toString());
        isOneSentence(segment, weights.getFileName().toString());
        assertThat(segment.stderr()).isEqualTo(info.stderr());
    }

    private static void isOneSentence(Ended ended, String file) {
        assertThat(ended.exitCode()).as(ended.stderr()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ended.stdout()).isEmpty();
        assertThat(ended.errorLines())
                .singleElement()
                .asString()
                .startsWith("sam: ")
                .contains(file)
                .doesNotContain("Exception");
    }

    private Ended sam(String... arguments) throws Exception {
        return SamProcess.in(folder).with("SAM_JAVA_OPTS", "-Xmx1g").run(arguments);
    }

    /** The built-in model with one tensor in another shape, or without it. */
    private Path changed(String name, long @org.jspecify.annotations.Nullable [] shape) throws Exception {
        Path file = folder.resolve("changed.safetensors");
        List<Entry> entries = new ArrayList<>();
        try (Checkpoint model = Checkpoint.open(TESTDATA.resolve("../models/sam_vit_t.bf16.safetensors"))) {
            for (Map.Entry<String, Tensor> entry : model.tensors().entrySet()) {
                Tensor tensor = entry.getValue();
                if (!entry.getKey().equals(name)) {
                    entries.add(Entry.littleEndian(entry.getKey(), tensor.dtype(), tensor.shape(), tensor.data()));
                } else if (shape != null) {
                    entries.add(Entry.littleEndian(name, tensor.dtype(), shape, tensor.data()));
                }
            }
            SafetensorsWriter.write(file, Map.of(), entries);
        }
        return file;
    }
}
