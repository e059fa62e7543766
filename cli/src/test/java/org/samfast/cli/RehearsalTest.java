package org.samfast.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.samfast.cli.terminal.ExitCode;

class RehearsalTest {
    private final PrintStream stdout = System.out;
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @BeforeEach
    void separate() {
        System.setProperty("sam.rehearsal", "then");
        System.setOut(new PrintStream(printed, true, UTF_8));
    }

    @AfterEach
    void restore() {
        System.clearProperty("sam.rehearsal");
        System.setOut(stdout);
    }

    @Test
    void runsEveryLine() {
        assertThat(Rehearsal.run("--version", "then", "download", "--list")).isZero();
        assertThat(printed.toString(UTF_8).lines().filter(line -> line.startsWith("sam ") || line.startsWith("vit_")))
                .hasSizeGreaterThan(2)
                .first()
                .asString()
                .startsWith("sam ");
    }

    @Test
    void endsWithTheFirstFailure() {
        assertThat(Rehearsal.run("info", "/nowhere/vit_b.pth", "then", "--version"))
                .isEqualTo(ExitCode.BAD_INPUT);
        assertThat(printed.toString(UTF_8)).isEmpty();
    }
}
