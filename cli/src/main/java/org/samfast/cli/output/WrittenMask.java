package org.samfast.cli.output;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.samfast.mask.MaskBox;
import org.samfast.mask.ScoredMask;

/**
 * A mask, its measures and the files it was written to.
 *
 * @param area pixels inside
 * @param png null where that format was not asked for
 * @param logits null where that format was not asked for
 */
public record WrittenMask(
        ScoredMask mask,
        long area,
        MaskBox box,
        @Nullable Path png,
        @Nullable Path logits) {}
