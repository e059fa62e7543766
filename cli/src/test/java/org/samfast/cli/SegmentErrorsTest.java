package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.samfast.cli.SamInProcess.Ended;
import org.samfast.cli.terminal.ExitCode;

/** What {@code sam segment} refuses: its sentence, and how it ends. */
class SegmentErrorsTest extends SegmentOnFakeBackend {
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
                "--points 1,2 --model vit_x|model 'vit_x' is unknown: expected vit_t (built in), vit_b, vit_l or vit_h",
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
    void anUnknownBackendIsAWrongArgument() {
        Ended ended = SamInProcess.run("segment", image, "--points", "5,5", "--backend", "abacus", "--out", out);
        assertThat(ended.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ended.stderr()).startsWith("sam: backend 'abacus' is unknown. Known: auto, ");
    }

    @Test
    void aFolderThatTakesNoFilesIsRefusedBeforeAnyWork() throws Exception {
        Files.createDirectory(out, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));
        assumeFalse(Files.isWritable(out), "root may write everywhere");
        Ended ended = segment(image, "--points", "5,5");
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ended.stderr())
                .isEqualTo("sam: cannot write " + out + ": permission denied; choose another folder\n");
    }

    @Test
    void aFileInThePathOfAFolderEndsWithWhatToDo() {
        Ended ended = SamInProcess.run("segment", image, "--points", "5,5", "--out", image + "/out");
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ended.stderr())
                .startsWith("sam: cannot write " + image + "/out: ")
                .endsWith("; choose another folder\n");
    }

    @Test
    void aModelThatIsNotDownloadedNamesTheCommand() {
        Ended ended = segment(image, "--points", "5,5", "--model", "vit_h");
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ended.stderr()).contains("run: sam download vit_h (2565 MB)");
    }

    @Test
    void aPrecisionThatTheBackendRefusesExitsWith4() {
        Ended ended = segment(image, "--points", "5,5", "--precision", "fp16");
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BACKEND_NOT_USABLE);
        assertThat(ended.stderr())
                .isEqualTo("sam: backend 'fake' does not compute in fp16. It supports: fp32, bf16.\n");
    }
}
