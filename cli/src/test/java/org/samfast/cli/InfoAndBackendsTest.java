package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.samfast.cli.SamInProcess.Ended;
import org.samfast.cli.terminal.ExitCode;

class InfoAndBackendsTest {
    private static final Path MODEL =
            Path.of(System.getProperty("sam.testdata"), "../models/sam_vit_t.bf16.safetensors");

    @Test
    void infoShowsWhatACheckpointHolds() {
        Ended ended = SamInProcess.run("info", MODEL, "--sha256");
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.stdout())
                .contains(
                        "(22.2 MB)",
                        "format:        safetensors",
                        "architecture:  vit_t: width 192, depth 12, 3 heads, global attention in layers 2, 5, 8, 11",
                        "parameters:    11,069,936 in 314 tensors",
                        "stored as:     bf16",
                        "710537cc96f9a85de7057de99f36f2a7c23267477d129acabae1d4f75c1d3c5a");
    }

    @Test
    void infoListsTheTensors() {
        assertThat(SamInProcess.run("info", MODEL, "--tensors").outputLines())
                .contains("image_encoder.pos_embed  bf16 [1, 64, 64, 192]");
        assertThat(SamInProcess.run("info", MODEL, "--tensors", "--json").stdout())
                .contains("\"parameters\":11069936", "\"global_layers\":[2,5,8,11]")
                .contains("{\"name\":\"image_encoder.pos_embed\",\"dtype\":\"bf16\",\"shape\":[1,64,64,192]}");
    }

    @Test
    void infoOnAnythingElseExitsWith3() {
        Ended ended = SamInProcess.run("info", Path.of(System.getProperty("sam.testdata"), "images/dog.jpg"));
        assertThat(ended.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ended.stdout()).isEmpty();
        assertThat(ended.errorLines()).singleElement().asString().contains("dog.jpg");
    }

    @Test
    void backendsSaysWhichAreUsable() {
        Ended ended = SamInProcess.run("backends");
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.outputLines())
                .containsSubsequence(
                        "fake   usable      draws discs and boxes",
                        "                   native: fp32, bf16; refused: fp16, int8, bf16-sparse24, int8-sparse24")
                .last()
                .asString()
                .startsWith("--backend auto takes ");
        assertThat(SamInProcess.run("backends", "--json").stdout())
                .contains(
                        "{\"name\":\"fake\",\"usable\":true,\"auto\":false,\"description\":\"draws discs and boxes\"");
    }
}
