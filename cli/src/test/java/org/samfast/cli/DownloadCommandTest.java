package org.samfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.cli.SamInProcess.Ended;
import org.samfast.cli.terminal.ExitCode;

class DownloadCommandTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "download vit_b --proxy proxy|--proxy: expected an HTTP proxy as HOST:PORT or http://HOST:PORT",
                "download vit_b --mirror ftp://host/|--mirror: expected http(s)://HOST/FOLDER/, got 'ftp://host/'",
                "download vit_x|model 'vit_x' is not published: expected vit_b, vit_l or vit_h",
                "download|expected models or --list",
            })
    void aWrongCommandLineExitsWith2(String arguments, String sentence) {
        Ended ended = SamInProcess.run((Object[]) arguments.split(" ", -1));
        assertThat(ended.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ended.stderr()).startsWith("sam: " + sentence).endsWith("Try 'sam download --help'.\n");
    }
}
