package org.samfast.cli.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Numbers as lines, for the labels of an overlay: digits, point, hyphen and blank, drawn the same on every machine. A glyph
 * is a list of open lines in a box 4 wide and 6 high, y down.
 */
final class StrokeText {
    private static final double CAP = 6;
    private static final double GAP = 1.7;

    private record Glyph(double width, double[]... lines) {}

    private static final double[] SIX = {
        3.6, 0.6, 2.7, 0, 1.9, 0, 0.7, 0.8, 0.05, 2.4, 0, 4, 0.6, 5.4, 2, 6, 3.4, 5.4, 4, 4.1, 3.4, 2.8, 2, 2.3, 0.7,
        2.8, 0.05, 3.9
    };
    private static final Glyph BLANK = new Glyph(1.6);
    private static final Map<Character, Glyph> GLYPHS = Map.ofEntries(
            Map.entry('0', new Glyph(4, new double[] {
                2, 0, 3.4, 0.6, 4, 2.2, 4, 3.8, 3.4, 5.4, 2, 6, 0.6, 5.4, 0, 3.8, 0, 2.2, 0.6, 0.6, 2, 0
            })),
            Map.entry('1', new Glyph(2.4, new double[] {0.2, 1.3, 1.9, 0, 1.9, 6})),
            Map.entry('2', new Glyph(4, new double[] {0.1, 1.7, 0.6, 0.5, 2, 0, 3.4, 0.5, 3.9, 1.7, 3.4, 2.9, 0, 6, 4, 6
            })),
            Map.entry('3', new Glyph(4, new double[] {
                0.2, 0.9, 1, 0.2, 2, 0, 3.3, 0.4, 3.8, 1.5, 3.3, 2.5, 1.9, 2.9, 3.4, 3.3, 4, 4.4, 3.4, 5.6, 2, 6, 0.8,
                5.7, 0, 4.9
            })),
            Map.entry('4', new Glyph(4, new double[] {3, 6, 3, 0, 0, 4.2, 4, 4.2})),
            Map.entry('5', new Glyph(4, new double[] {
                3.7, 0, 0.6, 0, 0.3, 2.7, 1.1, 2.2, 2.1, 2.1, 3.5, 2.7, 4, 4, 3.5, 5.4, 2.1, 6, 0.9, 5.8, 0, 5
            })),
            Map.entry('6', new Glyph(4, SIX)),
            Map.entry('7', new Glyph(4, new double[] {0, 0, 4, 0, 1.5, 6})),
            Map.entry(
                    '8',
                    new Glyph(
                            4,
                            new double[] {2, 0, 3.2, 0.4, 3.7, 1.4, 3.2, 2.4, 2, 2.8, 0.8, 2.4, 0.3, 1.4, 0.8, 0.4, 2, 0
                            },
                            new double[] {2, 2.8, 3.4, 3.2, 4, 4.4, 3.4, 5.6, 2, 6, 0.6, 5.6, 0, 4.4, 0.6, 3.2, 2, 2.8
                            })),
            Map.entry('9', new Glyph(4, turned(SIX))),
            Map.entry('.', new Glyph(0.4, new double[] {0.2, 5.8, 0.2, 6})),
            Map.entry('-', new Glyph(2, new double[] {0, 3.2, 2, 3.2})),
            Map.entry(' ', BLANK));

    private final double scale;
    private final List<double[]> segments = new ArrayList<>();
    private double width;

    /** @param height of a digit in pixels */
    StrokeText(String text, double height) {
        scale = height / CAP;
        for (int i = 0; i < text.length(); i++) {
            add(GLYPHS.getOrDefault(text.charAt(i), BLANK));
        }
        width = Math.max(0, width - GAP * scale);
    }

    private void add(Glyph glyph) {
        for (double[] line : glyph.lines()) {
            for (int i = 0; i + 3 < line.length; i += 2) {
                segments.add(new double[] {
                    width + line[i] * scale, line[i + 1] * scale, width + line[i + 2] * scale, line[i + 3] * scale
                });
            }
        }
        width += (glyph.width() + GAP) * scale;
    }

    /** Pixels from the first digit's left edge to the last one's right edge. */
    double width() {
        return width;
    }

    /** Draws it with its left upper corner at a position. */
    void draw(Canvas canvas, double x, double y, Colour colour) {
        double radius = 0.5 * scale;
        for (double[] segment : segments) {
            canvas.line(x + segment[0], y + segment[1], x + segment[2], y + segment[3], radius, colour);
        }
    }

    private static double[] turned(double[] line) {
        double[] turned = new double[line.length];
        for (int i = 0; i < line.length; i += 2) {
            turned[i] = 4 - line[i];
            turned[i + 1] = 6 - line[i + 1];
        }
        return turned;
    }
}
