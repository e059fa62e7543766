package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.samfast.backend.ImageEmbedding;
import org.samfast.backend.Precision;
import org.samfast.checkpoint.Checkpoint;
import org.samfast.checkpoint.TensorFile;
import org.samfast.cli.SamInProcess.Ended;
import org.samfast.cli.fake.FakeBackend;
import org.samfast.cli.terminal.ExitCode;
import org.samfast.embedding.EmbeddingFolder;
import org.samfast.embedding.EmbeddingSource;
import org.samfast.embedding.StoredEmbedding;
import org.samfast.file.Sha256;
import org.samfast.image.Size;

/** {@code sam embed}, and {@code sam segment --embeddings} on what it stored, on the fake backend. */
class EmbedCommandTest {
    private static final Path MODEL =
            Path.of(System.getProperty("sam.testdata"), "../models/sam_vit_t.bf16.safetensors");

    @TempDir
    Path folder;

    private Path photos;
    private Path stored;

    @BeforeEach
    void folders() {
        photos = folder.resolve("photos");
        stored = folder.resolve("stored");
    }

    @Test
    void everyImageIsStoredOnceAndABadOneStopsNoOther() throws Exception {
        image("a.png", 20);
        image("below/b.png", 21);
        Path bad = Files.writeString(photos.resolve("bad.jpg"), "text");
        Ended ended = embed();
        assertThat(ended.exitCode()).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(ended.stderr()).endsWith("sam: 1 of 3 images failed: " + bad + "\n");
        List<Path> files = embeddings();
        assertThat(ended.outputLines()).hasSize(2).allSatisfy(line -> assertThat(files)
                .anyMatch(file -> line.endsWith("  " + file)));
        byte[] before = Files.readAllBytes(files.getFirst());
        Ended again = embed("--json");
        assertThat(again.outputLines())
                .filteredOn(line -> line.contains("\"was_there\":true"))
                .hasSize(2);
        assertThat(files.getFirst()).hasBinaryContent(before);
        assertThat(embeddings()).isEqualTo(files);
    }

    @Test
    void aFileSaysOfWhatItWasMade() throws Exception {
        Path photo = image("a.png", 20);
        embed();
        Path file = embeddings().getFirst();
        String sha256 = Sha256.of(Files.readAllBytes(photo));
        assertThat(file).hasFileName(sha256 + ".safetensors");
        assertThat(file.getParent()).hasFileName("vit_t-fp32-" + modelSha256().substring(0, 16));
        try (TensorFile tensors = TensorFile.open(file)) {
            assertThat(tensors.tensor("image_embedding")).hasToString("BF16 [1, 256, 64, 64]");
            assertThat(tensors.tensor("image_embedding").toFloats()).containsOnly(1);
            assertThat(tensors.metadata())
                    .containsEntry("sam.embedding", "1")
                    .containsEntry("sam.variant", "vit_t")
                    .containsEntry("sam.precision", "fp32")
                    .containsEntry("sam.model_sha256", modelSha256())
                    .containsEntry("sam.image_sha256", sha256)
                    .containsEntry("sam.image_size", "20x15")
                    .containsEntry("sam.encoder_size", "1024x768")
                    .containsEntry("sam.version", VersionProvider.version())
                    .containsKey("sam.values_sha256");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--points 5,5", "--points 5,5 --refine 1", "--everything --points-per-side 2"})
    void whatIsStoredIsNotEncodedAgain(String task) throws Exception {
        Path photo = image("a.png", FakeBackend.LOST_ON_WIDTH);
        float[] values = new float[ImageEmbedding.VALUES];
        Arrays.fill(values, 1);
        EmbeddingSource source = new EmbeddingSource("vit_t", modelSha256(), Precision.FP32, "0");
        EmbeddingFolder.forWriting(stored, source)
                .store(
                        Sha256.of(Files.readAllBytes(photo)),
                        new StoredEmbedding(new Size(FakeBackend.LOST_ON_WIDTH, 15), values));
        assertThat(segment(task).exitCode()).isEqualTo(ExitCode.BACKEND_NOT_USABLE);
        assertThat(segment(task, "--embeddings", stored).exitCode()).isEqualTo(ExitCode.DONE);
    }

    @Test
    void onesWithoutAreEncodedAndAllMasksAreTheSame() throws Exception {
        image("a.png", 20);
        embed();
        image("b.png", 21);
        segment("--points 5,5");
        List<String> expected = masks();
        assertThat(segment("--points 5,5 --batch 2", "--embeddings", stored).exitCode())
                .isEqualTo(ExitCode.DONE);
        assertThat(masks()).hasSize(2).isEqualTo(expected);
        assertThat(embeddings()).hasSize(1);
    }

    @Test
    void thoseOfAnotherModelOrPrecisionAreRefused() throws Exception {
        image("a.png", 20);
        embed();
        String model = modelSha256().substring(0, 16);
        Ended ended = segment("--points 5,5 --precision bf16", "--embeddings", stored);
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ended.errorLines())
                .endsWith(
                        "sam: %s: expected embeddings of vit_t-bf16-%s (variant, precision, weights), found those of vit_t-fp32-%s; choose the model and precision of these, or make the others: sam embed IMAGES --out %s"
                                .formatted(stored, model, model, stored));
        Path none = folder.resolve("none");
        assertThat(segment("--everything --points-per-side 2", "--embeddings", none)
                        .errorLines())
                .endsWith("sam: " + none + ": expected a folder of embeddings, found none; make it: sam embed IMAGES"
                        + " --out " + none);
    }

    @Test
    void damagedOnesAreRefusedAndTheOthersUsed() throws Exception {
        Path good = image("a.png", 20);
        Path flipped = embedding(image("b.png", 21));
        Path cut = embedding(image("c.png", 22));
        Path renamed = embedding(image("d.png", 23));
        embed();
        byte[] bytes = Files.readAllBytes(flipped);
        bytes[bytes.length - 1] ^= 1;
        Files.write(flipped, bytes);
        Files.write(cut, Arrays.copyOf(bytes, bytes.length - 2));
        Files.copy(embedding(good), renamed, StandardCopyOption.REPLACE_EXISTING);
        Ended ended = segment("--points 5,5 --json", "--embeddings", stored);
        assertThat(ended.exitCode()).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(ended.outputLines().getFirst()).contains("a.mask.png");
        assertThat(ended.errorLines())
                .anyMatch(line -> line.startsWith("sam: " + flipped + ": expected values of the SHA-256 "))
                .anyMatch(line -> line.startsWith("sam: " + cut + ": "))
                .anyMatch(line -> line.startsWith("sam: " + renamed + ": expected sam.image_sha256 "))
                .filteredOn(line -> line.endsWith("delete this file and run sam embed again"))
                .hasSize(3);
    }

    @Test
    void aDumpNeedsAllStages() throws Exception {
        Ended ended = SamInProcess.run(
                "segment", image("a.png", 20), "--points", "5,5", "--dump", "stages", "--embeddings", stored);
        assertThat(ended.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ended.stderr()).startsWith("sam: --dump and --embeddings: give one of them");
    }

    private Path image(String name, int width) throws Exception {
        Path file = photos.resolve(name);
        Files.createDirectories(file.getParent());
        ImageIO.write(new BufferedImage(width, 15, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
        return file;
    }

    private Ended embed(Object... more) {
        List<Object> words = new ArrayList<>(List.of("embed", photos, "-o", stored, "--backend", "fake", "--quiet"));
        words.addAll(List.of(more));
        return SamInProcess.run(words.toArray());
    }

    private Ended segment(String task, Object... more) {
        List<Object> words = new ArrayList<>(List.of("segment", photos, "--out", folder.resolve("out")));
        words.addAll(List.of("--backend", "fake", "--quiet"));
        words.addAll(List.of(task.split(" ")));
        words.addAll(List.of(more));
        return SamInProcess.run(words.toArray());
    }

    private Path embedding(Path photo) throws Exception {
        String name = Sha256.of(Files.readAllBytes(photo)) + ".safetensors";
        return stored.resolve("vit_t-fp32-" + modelSha256().substring(0, 16)).resolve(name);
    }

    private List<Path> embeddings() throws Exception {
        try (Stream<Path> files = Files.walk(stored)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private List<String> masks() throws Exception {
        List<String> masks = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder.resolve("out"))) {
            for (Path file : files.filter(file -> file.toString().endsWith(".mask.png"))
                    .sorted()
                    .toList()) {
                masks.add(file + " " + Sha256.of(Files.readAllBytes(file)));
            }
        }
        return masks;
    }

    private static String modelSha256() throws Exception {
        try (Checkpoint model = Checkpoint.open(MODEL)) {
            return model.sha256();
        }
    }
}
