package org.samfast.cli.download;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DownloadProgressTest {
    @ParameterizedTest
    @CsvSource({
        "100000000, 375000000, 100000000, 10, 'vit_b  100 of 375 MB  26%  10.0 MB/s  0:28 left'",
        "100000000, 375000000, 1000000, 10, 'vit_b  100 of 375 MB  26%  0.1 MB/s  45:50 left'",
        "0, 2564550879, 100000, 1, 'vit_b  0 of 2564 MB  0%  0.1 MB/s  7:07:26 left'",
        "5, 10, 0, 3, 'vit_b  0 of 0 MB  50%  0.0 MB/s'",
    })
    void saysHowMuchHowFastAndHowLong(long bytes, long total, long received, double seconds, String expected) {
        assertThat(DownloadProgress.text("vit_b", bytes, total, received, seconds))
                .isEqualTo(expected);
    }
}
