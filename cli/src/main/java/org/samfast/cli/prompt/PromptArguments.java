package org.samfast.cli.prompt;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.samfast.prompt.ImageBox;
import org.samfast.prompt.ImagePoint;
import org.samfast.prompt.MaskPrompt;
import org.samfast.prompt.Prompt;

/** The objects that the command line asks for: the k-th {@code --points} and the k-th {@code --box} are one object. */
public final class PromptArguments {
    private PromptArguments() {}

    /**
     * One prompt per object.
     *
     * @param mask the mask prompt of the only object, if any
     * @throws PromptSyntaxException where an argument cannot be read or they do not fit together
     */
    public static List<Prompt> parse(List<String> points, List<String> boxes, @Nullable MaskPrompt mask)
            throws PromptSyntaxException {
        checkCounts(points.size(), boxes.size(), mask != null);
        List<Prompt> prompts = new ArrayList<>();
        for (int object = 0; object < objects(points, boxes); object++) {
            List<ImagePoint> clicked = points.isEmpty() ? List.of() : PromptSyntax.points(points.get(object));
            ImageBox box = boxes.isEmpty() ? null : PromptSyntax.box(boxes.get(object));
            prompts.add(new Prompt(clicked, box, mask));
        }
        return prompts;
    }

    private static int objects(List<String> points, List<String> boxes) {
        return Math.max(1, Math.max(points.size(), boxes.size()));
    }

    private static void checkCounts(int points, int boxes, boolean mask) throws PromptSyntaxException {
        if (points == 0 && boxes == 0 && !mask) {
            throw new PromptSyntaxException("no prompt: say what to segment by --points, --box or --mask-in;"
                    + " for example: sam segment photo.jpg --points 400,270");
        }
        if (points > 0 && boxes > 0 && points != boxes) {
            throw new PromptSyntaxException("got " + points + " x --points and " + boxes
                    + " x --box: the k-th of each describe object k, so give both for every object;"
                    + " for example: --points 400,270 --box 20,30,600,500 --points 90,80 --box 60,50,120,130");
        }
        if (mask && Math.max(points, boxes) > 1) {
            throw new PromptSyntaxException("--mask-in describes one object, got " + Math.max(points, boxes)
                    + " objects; for example: --mask-in photo.logits.safetensors --points 400,270");
        }
    }
}
