package org.samfast.cli.prompt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.samfast.prompt.ImageBox;
import org.samfast.prompt.ImagePoint;

/** How a person writes points and boxes: {@code 400,270;410,300,0} and {@code 20,30,400,380}. */
final class PromptSyntax {
    private static final Pattern BETWEEN_POINTS = Pattern.compile("[;\\s]+");
    // Java's own parser also takes NaN, hexadecimal and a trailing f
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d{1,9}(\\.\\d{0,15})?|\\.\\d{1,15})");

    private PromptSyntax() {}

    /** The points of one object: {@code x,y[,label]} separated by {@code ;} or blanks. */
    static List<ImagePoint> points(String text) throws PromptSyntaxException {
        List<ImagePoint> points = new ArrayList<>();
        for (String token : BETWEEN_POINTS.split(text.strip())) {
            if (!token.isEmpty()) {
                points.add(point(token));
            }
        }
        if (points.isEmpty()) {
            throw badPoint(text);
        }
        return points;
    }

    /** The two corners {@code x0,y0,x1,y1} of a box. */
    static ImageBox box(String text) throws PromptSyntaxException {
        String[] parts = text.strip().split(",", -1);
        if (parts.length != 4 || !Arrays.stream(parts).allMatch(PromptSyntax::isNumber)) {
            throw new PromptSyntaxException(
                    "--box: expected x0,y0,x1,y1, got '" + text + "'; for example: --box 20,30,400,380");
        }
        double[] corner = Arrays.stream(parts).mapToDouble(Double::parseDouble).toArray();
        if (corner[0] >= corner[2] || corner[1] >= corner[3]) {
            throw new PromptSyntaxException("--box: expected the left upper corner first, x0 < x1 and y0 < y1, got '"
                    + text + "'; for example: --box 20,30,400,380");
        }
        return new ImageBox(corner[0], corner[1], corner[2], corner[3]);
    }

    private static ImagePoint point(String token) throws PromptSyntaxException {
        String[] parts = token.split(",", -1);
        boolean labelled = parts.length == 3;
        if (!(labelled || parts.length == 2)
                || !isNumber(parts[0])
                || !isNumber(parts[1])
                || (labelled && !parts[2].matches("[01]"))) {
            throw badPoint(token);
        }
        boolean foreground = !labelled || parts[2].equals("1");
        return new ImagePoint(Double.parseDouble(parts[0]), Double.parseDouble(parts[1]), foreground);
    }

    private static boolean isNumber(String text) {
        return NUMBER.matcher(text).matches();
    }

    private static PromptSyntaxException badPoint(String token) {
        return new PromptSyntaxException("--points: expected x,y or x,y,label (1 on the object, 0 beside it), got '"
                + token + "'; for example: --points 400,270 or --points \"400,270;410,300,0\"");
    }
}
