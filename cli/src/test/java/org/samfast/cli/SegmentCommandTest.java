package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.samfast.checkpoint.TensorFile;
import org.samfast.cli.SamInProcess.Ended;
import org.samfast.cli.trace.TraceEvents;

/** The command on a fake backend that draws discs and boxes: everything but the model. */
class SegmentCommandTest {
    private static final String MODEL_LINE = "model: vit_t, a small demo model; for real quality: sam download vit_b";

    @TempDir
    Path folder;

    private Path image;
    private Path out;

    @BeforeEach
    void anImageOf256By128() throws Exception {
        image = png("dog.png", 256, 128);
        out = folder.resolve("out");
    }

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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "|no prompt: say what to segment",
                "--points 1;2|--points: expected x,y or x,y,label",
                "--box 1,2,3|--box: expected x0,y0,x1,y1, got '1,2,3'",
                "--points 1,2 --points 3,4 --box 1,2,3,4|got 2 x --points and 1 x --box",
                "--points 1,2 --tolerance -1|--tolerance: expected 0 or more, got -1",
                "--points 1,2 --soft-edge 2000|--soft-edge: expected 0 to 1000 pixels, got 2000",
                "--points 1,2 --class a --class b|--class: expected one for all or one for each of 1 objects, got 2",
                "--points 1,2 --fill-holes -2|--fill-holes: expected 0 or more pixels, got -2",
                "--points 1,2 --min-area -2|--min-area: expected 0 or more pixels, got -2",
                "--points 1,2 --refine 101|--refine: expected 0 to 100 rounds, got 101",
                "--points 1,2 --refine 1 --multimask|--refine goes on with one mask per object",
                "--points 1,2 --clip-to-box|--clip-to-box: object 1 has no --box",
                "--points 1,2 --format gif|Invalid value for option '--format'",
                "--points 1,2 --precision int7|Invalid value for option '--precision'",
                "--points 1,2 --threads -1|--threads: expected 0 or more, got -1",
                "--points 1,2 --batch -1|--batch: expected 1 or more",
                "--points 1,2 --max-pixels 0|--max-pixels: expected 1 or more, got 0",
                "--points 1,2 --model vit_t --weights x.pth|--model and --weights both name the weights",
                "--points 1,2 --points 3,4 --dump x|--dump: expected one image and one object, got 1 images and 2",
            })
    void aWrongCommandLineExitsWith2(String arguments, String sentence) {
        String[] words = arguments == null ? new String[0] : arguments.split(" ", -1);
        Ended ended = segment(Stream.concat(Stream.of(image), Stream.of(words)).toArray());
        assertThat(ended.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ended.stdout()).isEmpty();
        assertThat(ended.stderr()).startsWith("sam: " + sentence).endsWith("Try 'sam segment --help'.\n");
    }

    @Test
    void imagesOfOneNameLieInFoldersOfTheirOwn() throws Exception {
        Path other = png("other/dog.png", 20, 20);
        Ended ended = segment(image, other, "--points", "5,5", "--format", "png");
        assertThat(ended.exitCode()).isZero();
        assertThat(out.resolve("dog.mask.png")).isRegularFile();
        assertThat(out.resolve("other/dog.mask.png")).isRegularFile();
    }

    @Test
    void anInputIsNotOverwritten() throws Exception {
        Ended ended = SamInProcess.run(
                "segment", image, png("dog.mask.png", 9, 9), "--points", "5,5", "--backend", "fake", "--out", folder);
        assertThat(ended.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ended.stderr()).contains("dog.mask.png would overwrite an input");
    }

    @Test
    void batchesGiveTheBytesThatImagesGetAlone() throws Exception {
        List<Object> arguments = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            arguments.add(png("in/" + i + ".png", 30 + i, 40));
        }
        arguments.addAll(List.of("--points", "5,5", "--format", "png,overlay,rle,logits"));
        Ended alone = segment(arguments.toArray());
        Map<String, byte[]> expected = contents();
        arguments.addAll(List.of("--batch", "3"));
        Ended together = segment(arguments.toArray());
        assertThat(together).isEqualTo(alone);
        assertThat(contents())
                .containsOnlyKeys(expected.keySet())
                .allSatisfy((name, bytes) -> assertThat(bytes).as(name).isEqualTo(expected.get(name)));
    }

    private Map<String, byte[]> contents() throws Exception {
        Map<String, byte[]> contents = new TreeMap<>();
        for (String name : filesWritten().toList()) {
            contents.put(name, Files.readAllBytes(out.resolve(name)));
        }
        return contents;
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
    void aBatchGoesOnPastABadFileAndNamesIt() throws Exception {
        Path bad = Files.writeString(folder.resolve("bad.jpg"), "this is text");
        Path small = png("small.png", 20, 20);
        Ended ended = segment(bad, small, image, folder.resolve("missing.png"), "--points", "100,60");
        assertThat(ended.exitCode()).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(ended.outputLines()).singleElement().asString().contains("dog.mask.png");
        assertThat(ended.stderr())
                .contains(
                        "sam: " + bad + ": ", "sam: " + small + ": point 100,60 lies outside the image, which is 20x20")
                .endsWith("sam: 3 of 4 images failed: " + bad + ", " + small + ", " + folder.resolve("missing.png")
                        + "\n");
        assertThat(filesWritten()).containsExactly("dog.mask.png", "dog.overlay.png");
    }

    @Test
    void aFailedImageHasItsLineInJsonToo() throws Exception {
        Path bad = Files.writeString(folder.resolve("bad.jpg"), "this is text");
        Ended ended = segment(bad, image, "--points", "100,60", "--json");
        assertThat(ended.outputLines()).hasSize(2);
        assertThat(ended.outputLines().getFirst()).startsWith("{\"image\":\"" + bad + "\",\"error\":\"");
    }

    @Test
    void whereEveryInputIsBadItExitsWith3AndOpensNoBackend() throws Exception {
        Path bad = Files.writeString(folder.resolve("bad.jpg"), "this is text");
        Ended ended = segment(bad, "--points", "1,1");
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ended.errorLines()).singleElement().asString().startsWith("sam: " + bad + ": ");
    }

    @Test
    void aFolderStandsForTheImagesInItAndBelowWithoutEarlierOutputs() throws Exception {
        png("photos/b.png", 30, 30);
        png("photos/a.PNG", 30, 30);
        png("photos/a.mask.png", 30, 30);
        png("photos/a.overlay.png", 30, 30);
        png("photos/below/c.png", 30, 30);
        Files.writeString(folder.resolve("photos/notes.txt"), "text");
        Ended ended = segment(folder.resolve("photos"), "--points", "5,5", "--format", "png");
        assertThat(ended.exitCode()).isZero();
        assertThat(filesWritten()).containsExactly("a.mask.png", "b.mask.png", "below");
        assertThat(out.resolve("below/c.mask.png")).isRegularFile();
    }

    @Test
    void aFolderWithoutImagesIsABadInput() throws Exception {
        Ended ended = segment(Files.createDirectory(folder.resolve("empty")), "--points", "5,5");
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ended.stderr()).contains("empty: no image in this folder");
    }

    @Test
    void whereNothingCanBeWrittenItSaysSo() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        Ended ended = SamInProcess.run("segment", image, "--points", "5,5", "--backend", "fake", "--out", file);
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ended.errorLines())
                .singleElement()
                .asString()
                .startsWith("sam: ")
                .contains(file.toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--format|jpg|'--format' (FORMAT): expected png, merged, index, overlay, cutout, coco, rle, polygons, yolo,"
                        + " geojson, svg, json, logits; got 'jpg'",
                "--threads|x|'--threads': expected a whole number, got 'x'",
                "--max-pixels|1e6|'--max-pixels': expected a whole number, got '1e6'",
                "--tolerance|wide|'--tolerance': expected a number, got 'wide'",
                "--precision|fp8|'--precision': expected fp32, fp16, bf16, int8, bf16-sparse24, int8-sparse24; got 'fp8'"
            })
    void aWrongValueIsNamedBesideWhatIsExpected(String option, String value, String sentence) {
        Ended ended = segment(image, "--points", "5,5", option, value);
        assertThat(ended.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ended.errorLines()).first().isEqualTo("sam: Invalid value for option " + sentence);
    }

    @Test
    void anEmptyWordIsNoImage() {
        Ended ended = segment("", "--points", "5,5");
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ended.stderr()).startsWith("sam: '': expected the name of an image or a folder, got an empty word");
    }

    @Test
    void aListWithoutAnImageIsSaidToBeOne() {
        InputStream stdin = System.in;
        System.setIn(InputStream.nullInputStream());
        try {
            Ended ended = segment("-", "--points", "5,5");
            assertThat(ended.exitCode()).isZero();
            assertThat(ended.stderr()).isEqualTo("sam: no image is named, so there is nothing to do\n");
        } finally {
            System.setIn(stdin);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--dump", "--trace"})
    void aFileInAFolderThatIsMissingIsRefusedBeforeAnyWork(String option) throws Exception {
        Path file = folder.resolve("nowhere/file.safetensors");
        Ended ended = segment(image, "--points", "5,5", option, file);
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ended.stderr())
                .isEqualTo("sam: cannot write " + file + ": its folder does not exist; make it, or choose another\n");
        assertThat(out).doesNotExist();
    }

    @Test
    void aFileWhereAFolderIsExpectedIsSaidToBeOne() throws Exception {
        Files.writeString(out, "");
        Ended ended = segment(image, "--points", "5,5");
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ended.stderr())
                .isEqualTo(
                        "sam: cannot write " + out + ": a file is there, expected a folder; choose another folder\n");
    }

    @Test
    void aPhotoIsNoMask() {
        Ended ended = segment(image, "--mask-in", image);
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ended.stderr())
                .isEqualTo(
                        "sam: " + image + ": expected low-resolution logits in a .safetensors or .npy file, as --format"
                                + " logits writes them\n");
    }

    @Test
    void anUnknownBackendExitsWith4() {
        Ended ended = SamInProcess.run("segment", image, "--points", "5,5", "--backend", "abacus", "--out", out);
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BACKEND_NOT_USABLE);
        assertThat(ended.stderr()).startsWith("sam: backend 'abacus' is unknown. Known: auto, ");
    }

    @Test
    void aModelThatIsNotDownloadedNamesTheCommand() {
        Ended ended = segment(image, "--points", "5,5", "--model", "vit_h");
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ended.stderr()).contains("run: sam download vit_h (2565 MB)");
    }

    @Test
    void thePrecisionReachesTheBackend() {
        Ended ended = segment(image, "--points", "5,5", "--precision", "bf16");
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.errorLines().getFirst()).isEqualTo("backend: fake (nothing, weights BF16, computed bf16)");
        assertThat(ended.stderr()).doesNotContain("precision: ");
    }

    @Test
    void aPrecisionThatTheBackendRefusesExitsWith4() {
        Ended ended = segment(image, "--points", "5,5", "--precision", "fp16");
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BACKEND_NOT_USABLE);
        assertThat(ended.stderr())
                .isEqualTo("sam: backend 'fake' does not compute in fp16. It supports: fp32, bf16.\n");
    }

    @Test
    void quietSaysNothingOnStderr() {
        assertThat(segment(image, "--points", "5,5", "--quiet").stderr()).isEmpty();
    }

    private Ended segment(Object... arguments) {
        return SamInProcess.run(Stream.of(
                        Stream.of("segment"),
                        Stream.of(arguments),
                        Stream.<Object>of("--backend", "fake", "--out", out))
                .flatMap(words -> words)
                .toArray());
    }

    private Path png(String name, int width, int height) throws Exception {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
        return file;
    }

    private Stream<String> filesWritten() throws Exception {
        try (Stream<Path> files = Files.list(out)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .toList()
                    .stream();
        }
    }
}
