package org.samfast.cli;

import java.util.List;
import java.util.Map;
import java.util.Stack;
import org.samfast.mask.MaskCleanup;
import org.samfast.mask.ScoredMask;
import org.samfast.mask.Segmentation;
import org.samfast.prompt.Prompt;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that make masks better or tidier before they are written. */
final class CleanupOptions {
    /** Masks hardly change after the third round; more are a mistake. */
    private static final int MOST_ROUNDS = 100;

    @Option(
            names = "--fill-holes",
            paramLabel = "N",
            arity = "0..1",
            preprocessor = NumberOrAll.class,
            description =
                    "Fill the holes of masks: regions outside of fewer than N pixels, at the border too; without N"
                            + " all that a mask encloses.")
    long fillHoles;

    @Option(
            names = "--min-area",
            paramLabel = "N",
            description = "Remove parts of masks of fewer than N pixels; where all are smaller, all but the largest.")
    long minArea;

    @Option(names = "--largest", description = "Keep only the largest part of each mask.")
    boolean largest;

    @Option(names = "--clip-to-box", description = "Cut masks off at the --box of their object.")
    boolean clipToBox;

    @Option(
            names = "--refine",
            paramLabel = "N",
            description = "Give the logits of each mask back as a further prompt, N times.")
    int refine;

    @Spec(Spec.Target.MIXEE)
    CommandSpec command;

    /** Lets an option go without its number before anything else, an image say. */
    static final class NumberOrAll implements IParameterPreprocessor {
        @Override
        public boolean preprocess(
                Stack<String> words, CommandSpec commandSpec, ArgSpec option, Map<String, Object> info) {
            if (words.isEmpty() || !words.peek().matches("-?\\d+")) {
                words.push(String.valueOf(MaskCleanup.ALL_HOLES));
            }
            return false;
        }
    }

    /** Ends the command where options do not fit each other or the prompts. */
    void check(List<Prompt> prompts, boolean multimask) {
        check(
                fillHoles >= 0 || fillHoles == MaskCleanup.ALL_HOLES,
                "--fill-holes: expected 0 or more pixels, got " + fillHoles);
        check(minArea >= 0, "--min-area: expected 0 or more pixels, got " + minArea);
        check(
                refine >= 0 && refine <= MOST_ROUNDS,
                "--refine: expected 0 to " + MOST_ROUNDS + " rounds, got " + refine);
        check(refine == 0 || !multimask, "--refine goes on with one mask per object; leave out --multimask");
        for (int i = 0; i < prompts.size(); i++) {
            check(
                    !clipToBox || prompts.get(i).box() != null,
                    "--clip-to-box: object " + (i + 1) + " has no --box; give it one");
        }
    }

    private void check(boolean good, String otherwise) {
        if (!good) {
            throw new ParameterException(command.commandLine(), otherwise);
        }
    }

    /** The same with clean masks. */
    Segmentation clean(Segmentation found, List<Prompt> prompts) {
        MaskCleanup cleanup = new MaskCleanup(clipToBox, fillHoles, minArea, largest);
        if (cleanup.equals(MaskCleanup.NONE)) {
            return found;
        }
        List<ScoredMask> masks = found.masks().stream()
                .map(mask -> new ScoredMask(
                        mask.prompt(),
                        mask.output(),
                        mask.quality(),
                        cleanup.apply(mask.mask(), prompts.get(mask.prompt()).box())))
                .toList();
        return new Segmentation(found.prediction(), masks);
    }
}
