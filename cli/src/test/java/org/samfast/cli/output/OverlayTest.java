package org.samfast.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.samfast.image.RgbImage;
import org.samfast.image.Size;
import org.samfast.mask.BinaryMask;
import org.samfast.mask.ScoredMask;
import org.samfast.prompt.ImageBox;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.Prompt;

class OverlayTest {
    private static final Size SIZE = new Size(200, 100);
    private static final Prompt BOX = Prompt.box(new ImageBox(20, 20, 80, 80));

    @Test
    void tintsTheMaskAndLeavesTheRestAsItIs() {
        RgbImage overlay = Overlay.of(grey(SIZE), List.of(BOX), List.of(square(0, 30, 70)));
        assertThat(pixel(overlay, 50, 50)).containsExactly(87, 138, 188);
        assertThat(pixel(overlay, 150, 50)).containsExactly(133, 133, 133);
    }

    @Test
    void outlinesTheMaskInItsColour() {
        RgbImage overlay = Overlay.of(grey(SIZE), List.of(BOX), List.of(square(0, 30, 70)));
        assertThat(pixel(overlay, 30, 50)).containsExactly(30, 144, 255);
    }

    @Test
    void drawsThePointsAndTheBox() {
        Prompt clicks = Prompt.points(new ImagePoint(120, 50, true), new ImagePoint(160, 50, false));
        RgbImage overlay = Overlay.of(grey(SIZE), List.of(BOX, clicks), List.of(square(0, 30, 70)));
        assertThat(pixel(overlay, 20, 50)[2]).isGreaterThan(200);
        assertThat(Arrays.stream(pixel(overlay, 120, 50))).allMatch(level -> level > 240);
        assertThat(pixel(overlay, 121, 49)[1]).isGreaterThan(pixel(overlay, 121, 49)[0]);
        assertThat(pixel(overlay, 161, 49)[0]).isGreaterThan(pixel(overlay, 161, 49)[1]);
    }

    @Test
    void leavesTheImageItselfAlone() {
        RgbImage image = grey(SIZE);
        Overlay.of(image, List.of(BOX), List.of(square(0, 30, 70)));
        assertThat(image.rgb()).containsOnly((byte) 133);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "3,2000", "5000,40"})
    void drawsOnImagesOfAnyShape(int width, int height) {
        Size size = new Size(width, height);
        byte[] all = new byte[width * height];
        Arrays.fill(all, (byte) 1);
        ScoredMask mask = new ScoredMask(0, 0, 1, new BinaryMask(size, all));
        RgbImage overlay = Overlay.of(grey(size), List.of(Prompt.points(new ImagePoint(0, 0, true))), List.of(mask));
        assertThat(overlay.size()).isEqualTo(size);
        assertThat(overlay.rgb()).isNotEqualTo(grey(size).rgb());
    }

    @Test
    void anEmptyMaskDrawsNothing() {
        ScoredMask empty = new ScoredMask(0, 0, 1, new BinaryMask(SIZE, new byte[200 * 100]));
        Prompt maskOnly = Prompt.points(new ImagePoint(10, 10, true));
        RgbImage overlay = Overlay.of(grey(SIZE), List.of(maskOnly), List.of(empty));
        assertThat(pixel(overlay, 100, 50)).containsExactly(133, 133, 133);
    }

    private static RgbImage grey(Size size) {
        byte[] rgb = new byte[(int) size.area() * 3];
        Arrays.fill(rgb, (byte) 133);
        return new RgbImage(size, rgb);
    }

    private static ScoredMask square(int prompt, int from, int to) {
        byte[] pixels = new byte[200 * 100];
        for (int y = from; y < to; y++) {
            Arrays.fill(pixels, y * 200 + from, y * 200 + to, (byte) 1);
        }
        return new ScoredMask(prompt, 0, 0.9f, new BinaryMask(SIZE, pixels));
    }

    private static int[] pixel(RgbImage image, int x, int y) {
        int at = (y * image.size().width() + x) * 3;
        return new int[] {image.rgb()[at] & 0xff, image.rgb()[at + 1] & 0xff, image.rgb()[at + 2] & 0xff};
    }
}
