package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.samfast.cli.SamInProcess.Ended;
import org.samfast.cli.terminal.ExitCode;

class ConvertCommandTest {
    private static final Path MODEL =
            Path.of(System.getProperty("sam.testdata"), "../models/sam_vit_t.bf16.safetensors");

    @TempDir
    Path folder;

    private Path model;

    @BeforeEach
    void copyModel() throws IOException {
        model = Files.copy(MODEL, folder.resolve("sam.pth")); // known by its content, whatever its name
    }

    @Test
    void besideTheInputByDefault() {
        Ended ended = SamInProcess.run("convert", model);
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.outputLines())
                .containsExactly(folder.resolve("sam-bf16.safetensors").toString());
        Ended again = SamInProcess.run("convert", model);
        assertThat(again.exitCode()).isZero();
        assertThat(again.stderr()).contains("already there");
        assertThat(SamInProcess.run("convert", model, "--quiet").stderr()).isEmpty();
    }

    @Test
    void packedAndItsReport() throws IOException {
        Path report = folder.resolve("report.json");
        Path photos = Files.createDirectory(folder.resolve("photos"));
        Files.copy(MODEL.resolveSibling("calibration/000.jpg"), photos.resolve("000.jpg"));
        Ended ended = SamInProcess.run(
                "convert",
                model,
                "--to",
                "int8-sparse24",
                "--sparse-layers",
                "all",
                "--calibrate=" + photos,
                "--report",
                report);
        assertThat(ended.exitCode()).as(ended.stderr()).isZero();
        String json = Files.readString(report);
        assertThat(json).contains("\"sam.sparse_layers\" : \"all\"", "\"sam.source.sha256\" : \"710537cc96f9a85d");
        assertThat(count(json, "\"relative_error\" : ")).isEqualTo(314);
        assertThat(count(json, "\"two_of_four\" : true")).isEqualTo(48);
        assertThat(count(json, "\"stored\" : \"int8-sparse24\"")).isEqualTo(48);
        assertThat(SamInProcess.run("info", folder.resolve("sam-int8-sparse24.safetensors"))
                        .stdout())
                .contains("stored as:     int8-sparse24", "metadata:      sam.variant: vit_t");
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }

    @Test
    void toOnnxAFolder() {
        Ended ended = SamInProcess.run("convert", model, "--to", "onnx");
        assertThat(ended.exitCode()).as(ended.stderr()).isZero();
        assertThat(ended.outputLines())
                .containsExactly(folder.resolve("sam-onnx").toString());
        assertThat(folder.resolve("sam-onnx/encoder.onnx")).isRegularFile();
        assertThat(folder.resolve("sam-onnx/decoder.onnx")).isRegularFile();
        assertThat(SamInProcess.run("convert", model, "--to", "onnx").stderr()).contains("already there");
        Ended report = SamInProcess.run("convert", model, "--to", "onnx", "--report", folder.resolve("r.json"));
        assertThat(report.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(report.stderr()).contains("--report: is about .safetensors files");
    }

    @Test
    void refusals() {
        assertThat(SamInProcess.run("convert", model, model).stderr()).contains("would replace the checkpoint");
        assertThat(SamInProcess.run("convert", model, model).exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(SamInProcess.run("convert", model, folder.resolve("none/out.safetensors"))
                        .stderr())
                .contains("cannot write", "its folder does not exist");
        assertThat(SamInProcess.run("convert", model, "--to", "int4").exitCode())
                .isEqualTo(ExitCode.USAGE);
        assertThat(SamInProcess.run("convert", model, "--sparse-layers", "lin3").stderr())
                .contains("--sparse-layers: expected mlp, all or a list", "got 'lin3'");
    }
}
