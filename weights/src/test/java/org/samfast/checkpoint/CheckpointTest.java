package org.samfast.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.samfast.architecture.SamArchitecture;
import org.samfast.architecture.SamVariant;
import org.samfast.architecture.TensorCatalog;
import org.samfast.tensor.DType;

class CheckpointTest {
    private static final String POS_EMBED = "image_encoder.pos_embed";

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("model.safetensors");
    }

    /** The model read back is complete and each tensor is the one of its place in the catalog. */
    private static void assertComplete(Checkpoint checkpoint) {
        assertThat(checkpoint.architecture()).isEqualTo(TinyModel.ARCHITECTURE);
        assertThat(checkpoint.tensors().keySet())
                .containsExactlyElementsOf(
                        TensorCatalog.of(TinyModel.ARCHITECTURE).keySet());
        int place = 0;
        for (String name : checkpoint.tensors().keySet()) {
            assertThat(checkpoint.tensor(name).toFloats()[0]).as(name).isEqualTo((float) place++);
        }
    }

    private String refusal(TinyModel model) throws IOException {
        Path file = model.write(file());
        CheckpointException refusal = catchThrowableOfType(
                CheckpointException.class, () -> Checkpoint.open(file).close());
        assertThat(refusal).isNotNull();
        String message = String.valueOf(refusal.getMessage());
        assertThat(message).startsWith(file + ": ").doesNotContain("\n");
        return message;
    }

    @Test
    void aHashThatCannotBeRememberedIsTheHashAllTheSame() throws IOException {
        Path noFolder = Files.writeString(folder.resolve("a file"), "");
        try (Checkpoint checkpoint = Checkpoint.open(new TinyModel().write(file()))) {
            assertThat(RememberedHash.of(checkpoint, noFolder)).isEqualTo(checkpoint.sha256());
        }
    }

    @Test
    void readsTheArchitectureOffTheTensors() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(new TinyModel().write(file()))) {
            assertComplete(checkpoint);
            assertThat(checkpoint.format()).isEqualTo("safetensors");
            assertThat(checkpoint.ignored()).isEmpty();
            assertThatThrownBy(() -> checkpoint.tensor("none"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no tensor 'none'");
        }
    }

    @Test
    void readsTheDefaultModel() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(TestData.MODELS.resolve("sam_vit_t.bf16.safetensors"))) {
            assertThat(checkpoint.architecture()).isEqualTo(SamVariant.VIT_T.architecture());
        }
    }

    @Test
    void hashesTheWholeFile() throws IOException {
        Path model = TestData.MODELS.resolve("sam_vit_t.bf16.safetensors");
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            // sha256sum models/sam_vit_t.bf16.safetensors
            assertThat(checkpoint.sha256())
                    .isEqualTo("710537cc96f9a85de7057de99f36f2a7c23267477d129acabae1d4f75c1d3c5a");
        }
    }

    @Test
    void readsDataParallelNames() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(
                new TinyModel().renamed(name -> "module." + name).write(file()))) {
            assertComplete(checkpoint);
        }
    }

    @Test
    void readsHuggingFaceNames() throws IOException {
        try (Checkpoint checkpoint =
                Checkpoint.open(new TinyModel().renamed(HuggingFaceNames::of).write(file()))) {
            assertComplete(checkpoint);
            assertThat(checkpoint.format()).isEqualTo("safetensors (Hugging Face names)");
        }
    }

    /** Names and shapes that transformers itself lists for a SamModel of two layers. */
    @Test
    void huggingFaceNamesAreThoseOfTransformers() throws IOException {
        Map<String, String> transformers =
                Files.readAllLines(TestData.GOLDEN.resolve("hugging_face_names.txt")).stream()
                        .map(line -> line.split(" ", 2))
                        .collect(Collectors.toMap(line -> line[0], line -> line[1]));
        Map<String, String> ours = TensorCatalog.of(SamArchitecture.of(64, 2, 2, 128, List.of(1))).entrySet().stream()
                .collect(Collectors.toMap(
                        tensor -> HuggingFaceNames.of(tensor.getKey()), tensor -> Arrays.stream(tensor.getValue())
                                .mapToObj(Long::toString)
                                .collect(Collectors.joining(","))));
        String shared = "shared_image_embedding.positional_embedding";
        ours.put(HuggingFaceNames.alias(shared), ours.get(shared));
        assertThat(ours).isEqualTo(transformers);
    }

    @Test
    void eitherNameOfTheSharedEmbeddingWillDo() throws IOException {
        TinyModel model = new TinyModel().renamed(name -> HuggingFaceNames.alias(HuggingFaceNames.of(name)));
        try (Checkpoint checkpoint = Checkpoint.open(model.write(file()))) {
            assertComplete(checkpoint);
        }
    }

    @Test
    void ignoresWhatSamDoesNotHave() throws IOException {
        TinyModel model = new TinyModel().with("pixel_mean", DType.F32, 3, 1, 1).with("head.step", DType.I64);
        try (Checkpoint checkpoint = Checkpoint.open(model.write(file()))) {
            assertComplete(checkpoint);
            assertThat(checkpoint.ignored()).containsExactlyInAnyOrder("pixel_mean", "head.step");
        }
    }

    @Test
    void missingTensor() throws IOException {
        assertThat(refusal(new TinyModel().without("mask_decoder.iou_token.weight")))
                .contains("tensor 'mask_decoder.iou_token.weight' is missing; a complete vit(width 32, depth 3) has it"
                        + " with shape [1, 256]");
    }

    @Test
    void missingTensorUnderItsHuggingFaceName() throws IOException {
        assertThat(refusal(new TinyModel().without(POS_EMBED).renamed(HuggingFaceNames::of)))
                .contains("tensor 'vision_encoder.pos_embed' is missing");
    }

    @Test
    void missingBlock() throws IOException {
        TinyModel model = new TinyModel();
        TensorCatalog.of(TinyModel.ARCHITECTURE).keySet().stream()
                .filter(name -> name.startsWith("image_encoder.blocks.1."))
                .forEach(model::without);
        assertThat(refusal(model)).contains("tensor 'image_encoder.blocks.1.norm1.weight' is missing");
    }

    @Test
    void wrongShapeOfOneTensor() throws IOException {
        String name = "image_encoder.blocks.0.norm1.bias";
        assertThat(refusal(new TinyModel().with(name, DType.BF16, 33)))
                .contains(
                        "tensor '" + name + "': expected shape [32] for vit(width 32, depth 3), which the other tensors"
                                + " show this model to be, got BF16 [33]");
    }

    /** The first tensor of the file is no better witness than the others. */
    @Test
    void wrongWidthOfThePositions() throws IOException {
        assertThat(refusal(new TinyModel().with(POS_EMBED, DType.BF16, 1, 64, 64, 40)))
                .contains("tensor '" + POS_EMBED + "': expected shape [1, 64, 64, 32]");
    }

    @Test
    void wrongDtype() throws IOException {
        assertThat(refusal(new TinyModel().with("image_encoder.neck.0.weight", DType.I8, 256, 32, 1, 1)))
                .contains("tensor 'image_encoder.neck.0.weight': expected F32, F16, BF16 or F64 values, got I8");
    }

    @Test
    void otherImageSize() throws IOException {
        assertThat(refusal(new TinyModel().with(POS_EMBED, DType.BF16, 1, 32, 32, 32)))
                .contains("this model takes images of 512 pixels")
                .contains("only SAM's own 1024 pixels are supported");
    }

    @Test
    void otherWindow() throws IOException {
        String name = "image_encoder.blocks.0.attn.rel_pos_h";
        assertThat(refusal(new TinyModel().with(name, DType.BF16, 15, 16)))
                .contains("tensor '" + name + "': expected shape [27, 16]");
    }

    @Test
    void headsThatDoNotDivideTheWidth() throws IOException {
        TinyModel model = new TinyModel();
        for (String block : List.of("0", "1", "2")) {
            model.with("image_encoder.blocks." + block + ".attn.rel_pos_h", DType.BF16, 27, 20);
            model.with("image_encoder.blocks." + block + ".attn.rel_pos_w", DType.BF16, 27, 20);
        }
        assertThat(refusal(model)).contains("width 32 is no multiple of its head dimension 20");
    }

    @Test
    void blocksWithoutTheirTensors() throws IOException {
        assertThat(refusal(only("image_encoder.blocks.0.other"))).contains("the image encoder's width cannot be told");
    }

    @Test
    void tooManyBlocks() throws IOException {
        assertThat(refusal(new TinyModel().with("image_encoder.blocks.999999999.norm1.bias", DType.BF16, 1)))
                .contains("the image encoder claims 1000000000 blocks, the limit is 256");
    }

    @Test
    void otherModels() throws IOException {
        assertThat(refusal(only("image_encoder.trunk.pos_embed"))).contains("it looks like SAM 2");
        assertThat(refusal(only("image_encoder.layers.0.c.weight"))).contains("it looks like MobileSAM");
        assertThat(refusal(only("conv1.weight")))
                .contains("this is not a SAM checkpoint")
                .contains("it has 1 tensor: 'conv1.weight'");
    }

    @Test
    void noTensorsAtAll() throws IOException {
        SafetensorsWriter.write(file(), Map.of(), List.of());
        assertThatThrownBy(() -> Checkpoint.open(file())).hasMessageContaining("it has no tensors");
    }

    private static TinyModel only(String name) {
        TinyModel model = new TinyModel();
        TensorCatalog.of(TinyModel.ARCHITECTURE).keySet().forEach(model::without);
        return model.with(name, DType.BF16, 1);
    }
}
