package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.samfast.checkpoint.TensorFile;
import org.samfast.cli.SamInProcess.Ended;
import org.samfast.cli.trace.TraceEvents;

/** What {@code sam segment} writes and says. */
class SegmentCommandTest extends SegmentOnFakeBackend {
    private static final String MODEL_LINE = "model: vit_t, a small demo model; for real quality: sam download vit_b";

    @Test
    void writesAMaskAndAnOverlayAndPrintsALine() throws Exception {
        Ended ended = segment(image, "--box", "64,32,128,96");
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.outputLines())
                .containsExactly(
                        out.resolve("dog.mask.png") + "  object 1  score 0.50  area 4096 px (12.5%)  box 64,32,128,96");
        assertThat(ended.errorLines())
                .startsWith("backend: fake (nothing, weights BF16, computed fp32)", MODEL_LINE)
                .hasSize(3);
        assertThat(ended.errorLines().get(2)).startsWith("weights: ").endsWith(".safetensors, stored bf16");
        BufferedImage mask = ImageIO.read(out.resolve("dog.mask.png").toFile());
        assertThat(mask.getRaster().getSample(100, 50, 0)).isEqualTo(255);
        assertThat(mask.getRaster().getSample(10, 50, 0)).isZero();
        assertThat(filesWritten()).containsExactly("dog.mask.png", "dog.overlay.png");
    }

    @Test
    void aSingleClickGetsTheBestOfThreeAndEverythingElseTheSingleMask() {
        assertThat(segment(image, "--points", "100,60").stdout()).contains("score 0.90");
        assertThat(segment(image, "--points", "100,60;5,5,0").stdout()).contains("score 0.50");
    }

    @Test
    void multimaskNumbersTheThreeMasks() throws Exception {
        Ended ended = segment(image, "--points", "100,60", "--points", "10,10", "--multimask", "--format", "png");
        assertThat(ended.outputLines()).hasSize(6);
        assertThat(filesWritten())
                .containsExactly(
                        "dog.mask1.png",
                        "dog.mask2.png",
                        "dog.mask3.png",
                        "dog.obj2.mask1.png",
                        "dog.obj2.mask2.png",
                        "dog.obj2.mask3.png");
    }

    @Test
    void writesRunLengthsThatPycocotoolsReads() throws Exception {
        segment(image, "--box", "64,32,128,96", "--format", "rle");
        // pycocotools 2.0.11: encode(asfortranarray(mask)) of ones in [32:96, 64:128] of zeros [128, 256]
        assertThat(Files.readString(out.resolve("dog.rle.json")).replaceAll("\\s", ""))
                .contains(
                        "\"segmentation\":{\"size\":[128,256],\"counts\":\"PQ8P2P200000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000Po?\"},\"area\":4096,"
                                + "\"bbox\":[64,32,64,64],\"predicted_iou\":0.5,\"point_coords\":[]");
    }

    @Test
    void jsonOnStdoutIsTheJsonFileOnOneLine() throws Exception {
        Ended ended = segment(image, "--points", "100,60.5", "--format", "png,json", "--json");
        assertThat(ended.outputLines()).hasSize(1);
        String line = ended.stdout().strip();
        assertThat(Files.readString(out.resolve("dog.json")).replaceAll("\\s", ""))
                .isEqualTo(line.replaceAll("\\s", ""));
        assertThat(line)
                .startsWith("{\"image\":\"" + image + "\",\"width\":256,\"height\":128,\"model\":\"vit_t\"")
                .contains("\"points\":[[100,60.5,1]]", "\"output\":2,\"predicted_iou\":0.9", "dog.mask.png");
    }

    @Test
    void everyFormatWritesWhatTheJsonLineNames() throws Exception {
        String all = "png,merged,index,overlay,cutout,coco,rle,polygons,yolo,geojson,svg,json,logits";
        Ended ended = segment(image, "--points", "100,60", "--points", "9,9", "--format", all, "--json");
        assertThat(ended.exitCode()).isZero();
        String[] files = Pattern.compile("\"(" + Pattern.quote(out.toString()) + "/[^\"]*)\"")
                .matcher(ended.stdout())
                .results()
                .map(found -> Path.of(found.group(1)).getFileName().toString())
                .sorted()
                .toArray(String[]::new);
        assertThat(filesWritten()).containsExactly(files).hasSize(17);
    }

    @Test
    void cleaningUpTakesAreaAndAnImageMayFollowTheOption() {
        assertThat(segment("--fill-holes", image, "--box", "64,32,128,96", "--largest")
                        .stdout())
                .contains("area 4096 px");
        assertThat(segment("--fill-holes", "9", image, "--points", "100,60", "--box", "90,50,104,64")
                        .stdout())
                .contains("area 196 px");
        assertThat(segment(image, "--box", "64,32,128,96", "--clip-to-box", "--min-area", "99999")
                        .stdout())
                .contains("area 4096 px");
    }

    @Test
    void refiningAnswersWithTheSingleMask() {
        assertThat(segment(image, "--points", "100,60").stdout()).contains("score 0.90");
        Ended refined = segment(image, "--points", "100,60", "--refine", "2");
        assertThat(refined.exitCode()).isZero();
        assertThat(refined.stdout()).contains("score 0.50");
    }

    @Test
    void logitsCanBeGivenBackAsAPrompt() throws Exception {
        Ended first = segment(image, "--points", "100,60", "--format", "png,logits");
        byte[] mask = Files.readAllBytes(out.resolve("dog.mask.png"));
        Path logits = out.resolve("dog.logits.safetensors");
        try (TensorFile file = TensorFile.open(logits)) {
            assertThat(file.tensors())
                    .containsOnlyKeys("low_res_logits")
                    .allSatisfy((_, tensor) -> assertThat(tensor.shape()).containsExactly(1, 256, 256));
        }
        Ended second = segment(image, "--mask-in", logits, "--format", "png");
        assertThat(first.exitCode() + second.exitCode()).isZero();
        assertThat(Files.readAllBytes(out.resolve("dog.mask.png"))).isEqualTo(mask);
    }

    @Test
    void aTraceHasTheStagesOfEveryImageAndWhatTheDeviceDid() throws Exception {
        Path other = png("cat.png", 100, 50);
        Path trace = folder.resolve("trace.json");
        Ended ended = segment(image, other, "--points", "10,10", "--trace", trace, "--batch", "1");
        assertThat(ended.exitCode()).as(ended.stderr()).isZero();
        TraceEvents events = TraceEvents.read(trace);
        assertThat(events.names("stage"))
                .containsExactlyInAnyOrder("read", "read", "open", "compute", "compute", "write", "write");
        assertThat(events.names("sequence")).containsExactly("encoder", "encoder");
        assertThat(Files.readString(trace)).contains("reader-1", "writer-1", "stage-");
        assertThat(events.names("kernel")).isEmpty(); // the device works as ever
        assertThat(filesWritten()).contains("dog.mask.png", "cat.mask.png");
    }

    @Test
    void dumpHoldsTheStages() throws Exception {
        Path dump = folder.resolve("stages.safetensors");
        assertThat(segment(image, "--points", "100,60", "--dump", dump).exitCode())
                .isZero();
        try (TensorFile file = TensorFile.open(dump)) {
            assertThat(file.tensors())
                    .containsOnlyKeys("image_embedding", "resized", "low_res_logits", "iou", "masks")
                    .allSatisfy((name, tensor) -> assertThat(Arrays.toString(tensor.shape()))
                            .isEqualTo(
                                    switch (name) {
                                        case "image_embedding" -> "[1, 256, 64, 64]";
                                        case "resized" -> "[512, 1024, 3]";
                                        case "low_res_logits" -> "[4, 256, 256]";
                                        case "iou" -> "[4]";
                                        default -> "[4, 128, 256]";
                                    }));
        }
    }

    @Test
    void verboseSaysHowLongTheStepsOfEachImageTook() throws Exception {
        Ended ended = segment(image, png("cat.png", 9, 9), "--points", "5,5", "--verbose");
        assertThat(ended.stderr().lines().filter(line -> line.startsWith("time: ")))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .matches("time: start .* s, read .* s, .*encode .* s, decode and finish .* s, .*write .* s"));
    }

    @Test
    void thePrecisionReachesTheBackend() {
        Ended ended = segment(image, "--points", "5,5", "--precision", "bf16");
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.errorLines().getFirst()).isEqualTo("backend: fake (nothing, weights BF16, computed bf16)");
        assertThat(ended.stderr()).doesNotContain("precision: ");
    }

    @Test
    void quietSaysNothingOnStderr() {
        assertThat(segment(image, "--points", "5,5", "--quiet").stderr()).isEmpty();
    }
}
