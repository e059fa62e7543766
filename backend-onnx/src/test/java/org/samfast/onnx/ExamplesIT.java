package org.samfast.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs of examples/, compiled and run by {@code java FILE} against the built jars, as a reader would. */
class ExamplesIT {
    private static final Path TESTDATA = Path.of(System.getProperty("sam.testdata"));
    private static final Path ROOT = TESTDATA.resolveSibling("");
    private static final String[] CLICK = {
        ROOT.resolve("models/sam_vit_t.bf16.safetensors").toString(),
        TESTDATA.resolve("images/groceries.jpg").toString(),
        "400",
        "270"
    };

    @TempDir
    Path folder;

    @Test
    void ourOwnAndDjlsFindTheSameObject() throws Exception {
        Path mask = folder.resolve("mask.png");
        String ours = run("SegmentPhoto.java", mask.toString());
        String djl = run("SegmentWithDjl.java");

        assertThat(ours).matches("\\d+ pixels, quality 0\\.\\d+");
        assertThat(ImageIO.read(mask.toFile()).getWidth()).isEqualTo(800);
        assertThat(folder.resolve("user/onnx")).isNotEmptyDirectory();
        // both decode this JPEG; DJL by Java's ImageIO, whose chroma differs from ours in places
        assertThat(pixels(djl)).isCloseTo(pixels(ours), org.assertj.core.data.Percentage.withPercentage(2));
    }

    private static double pixels(String line) {
        return Double.parseDouble(line.substring(0, line.indexOf(' ')));
    }

    private String run(String example, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path"),
                ROOT.resolve("examples").resolve(example).toString()));
        command.addAll(List.of(CLICK));
        command.addAll(List.of(more));
        Path stderr = folder.resolve(example + ".err");
        Path stdout = folder.resolve(example + ".out");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(stderr.toFile()).redirectOutput(stdout.toFile());
        builder.environment().put("SAM_CACHE_DIR", folder.resolve("user").toString());
        Process process = builder.start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).as(example).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(stderr)).isZero();
        return Files.readString(stdout).strip();
    }
}
